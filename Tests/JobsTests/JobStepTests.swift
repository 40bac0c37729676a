import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Synchronization
import Tensors
import Testing

/// Where a job's steps run, and how it ends.
@Suite struct JobStepTests {
  private struct Broken: Error, CustomStringConvertible { let description = "it is broken" }

  private let engine = StubEngine()
  private let record = Record()
  private let params: JSONValue = ["steps": 1]

  private func table(
    _ steps: [ScriptedJob.Step],
    settling: ScriptedJob.Place? = nil, settle: @escaping @Sendable () throws -> Void = {},
    failure: @escaping JobTable<StubEngine>.Failure = { _ in nil }
  ) -> JobTable<StubEngine> {
    let script = ScriptedJob.Script(steps: steps, settling: settling, settle: settle)
    return engine.table(kinds: [ScriptedJob.kind(script, engine, record)], failure: failure)
  }

  @Test func everyStepRunsOnTheThreadThatItIsFor() throws {
    let table = table([
      .engine { _ in .more }, .own { _ in .more }, .own { _ in .waiting },
      .engine { _ in .waiting }, .engine { _ in .more }, .own { _ in .done("all") },
    ])
    let job = try table.settled(table.begin(params))
    #expect(job.state == .completed && job.result == "all")
    let (there, own) = ("step on the engine's thread", "step on its own")
    #expect(record.all == [there, own, own, there, there, own])
  }

  /// Between two steps, and while the job waits, requests are answered.
  @Test func requestsComeBeforeAJobsNextStep() throws {
    let (stepping, submitted) = (Monitor(false), Monitor(false))
    let table = table([
      .engine { _ in
        stepping.update { $0 = true }
        _ = submitted.wait(seconds: 30) { $0 }
        return .more
      }, .engine { _ in .done("all") },
    ])
    let job = try table.begin(params)
    #expect(stepping.wait(seconds: 30) { $0 })
    for _ in 0..<3 { engine.queue.submit { [record, engine] in record.add("request", engine) } }
    submitted.update { $0 = true }
    #expect(try table.settled(job).state == .completed)
    let request = "request on the engine's thread"
    #expect(record.all.dropFirst().dropLast() == [request, request, request])
  }

  /// A pause that is being written, and one that has just been, do not swallow a cancellation.
  @Test func aCancellationDuringAPauseIsHeard() throws {
    let (settling, cancelled) = (Monitor(false), Monitor(false))
    let table = table(
      [.own { _ in .waiting }], settling: .ownThread,
      settle: {
        settling.update { $0 = true }
        _ = cancelled.wait(seconds: 30) { $0 }
      })
    let job = try table.begin(params)
    #expect(record.wait(for: 1))
    _ = try table.pause(job)
    #expect(settling.wait(seconds: 30) { $0 })
    _ = try table.cancel(job)
    cancelled.update { $0 = true }
    #expect(try table.settled(job).state == .cancelled)
    for _ in 0..<200 {
      let other = try table.begin(params)
      _ = try table.pause(other)
      _ = try table.cancel(other)
      #expect(try table.settled(other).state == .cancelled)
    }
  }

  @Test(arguments: [ScriptedJob.Place.engine, .ownThread], [ScriptedJob.Place.engine, .ownThread])
  func whatItDidIsWrittenOnTheThreadThatItSays(
    step: ScriptedJob.Place, settling: ScriptedJob.Place
  ) throws {
    let end = "end on " + (settling == .engine ? "the engine's thread" : "its own")
    // For a reason of its own.
    let resting = table(
      [.init(place: step) { _ in .pause("the disk is full") }], settling: settling)
    var job = try resting.settled(resting.begin(params))
    #expect(job.state == .paused && job.message == "the disk is full")
    #expect(record.all.count == 2 && record.all.last == end)
    // For an error.
    let failing = table([.init(place: step) { _ in throw Broken() }], settling: settling)
    job = try failing.settled(failing.begin(params))
    #expect(job.state == .failed && job.message == "it is broken")
    #expect(record.all.count == 4 && record.all.last == end)
    // Because somebody asked.
    for (state, stop) in [
      (JobState.paused, { try $0.pause($1) }), (.cancelled, { try $0.cancel($1) }),
      (.interrupted, { table, _ in table.stopAll(waiting: 30) }),
    ] as [(JobState, (JobTable<StubEngine>, String) throws -> Any)] {
      let endless = table([.init(place: step) { _ in .waiting }], settling: settling)
      let name = try endless.begin(params)
      #expect(record.wait(for: record.all.count + 1))
      _ = try stop(endless, name)
      #expect(try endless.settled(name).state == state)
      #expect(record.all.last == end, "\(state)")
    }
  }

  /// What is asked of a job while it is in the middle of a step ends that step.
  @Test func aCancellationIsSeenWithinAStep() throws {
    let table = table(
      [.engine { tools in while true { try tools.cancellation.check() } }], settling: .ownThread)
    let job = try table.begin(params)
    #expect(record.wait(for: 1))
    _ = try table.cancel(job)
    // A pause does not take a cancellation back.
    _ = try table.pause(job)
    #expect(try table.settled(job).state == .cancelled)
    #expect(record.all == ["step on the engine's thread", "end on its own"])
  }

  @Test func aJobThatCannotBeWrittenFails() throws {
    let table = table(
      [.engine { _ in .waiting }], settling: .ownThread, settle: { throw Broken() })
    let job = try table.begin(params)
    #expect(record.wait(for: 1))
    _ = try table.pause(job)
    let ended = try table.settled(job)
    #expect(ended.state == .failed && ended.message == "it is broken")
  }

  /// The table knows no error of the rooms that work for it: it is told what they are on the wire.
  @Test func errorsAreWhatTheTableIsToldTheyAre() throws {
    let known = table(
      [.own { _ in throw Broken() }],
      failure: { $0 is Broken ? DomainError(.numericalFailure, "not a number").failure : nil })
    var job = try known.settled(known.begin(params))
    #expect(job.error == Job.Failure(kind: "numericalFailure", message: "not a number"))
    let unknown = table([.own { _ in throw Broken() }])
    job = try unknown.settled(unknown.begin(params))
    #expect(job.error == Job.Failure(kind: "internalError", message: "it is broken"))
    let own = table([.own { _ in throw DomainError(.pathDenied, "not there") }])
    job = try own.settled(own.begin(params))
    #expect(job.error == Job.Failure(kind: "pathDenied", message: "not there"))
  }

  @Test func aJobThatNeedsAnEngineFailsWithoutOne() throws {
    let table = JobTable(folder: nil, kinds: [Count.kind])
    let job = try table.settled(table.begin(["steps": 1]))
    #expect(job.error?.kind == "busy" && job.message == "there is no engine to run on")
  }

  @Test func paramsHaveTheFormOfTheMethods() throws {
    let table = engine.table()
    #expect(throws: WireError.self) { try table.begin(["steps": "many"]) }
    #expect(throws: ResponseFailure.self) { try table.begin([:], method: "test/other") }
    #expect(table.list(state: nil, offset: 0, limit: 10).total == 0)
    let job = try table.settled(table.begin(["steps": 7]))
    #expect(job.result == 7 && job.progress == Job.Progress(done: 7, total: 7))
  }

  @Test func whoBeganAJobIsToldOfIt() throws {
    let told = Mutex<[JobState]>([])
    let table = engine.table()
    table.notify { client, job in told.withLock { $0.append(job.state) } }
    _ = try table.settled(table.begin(["steps": 2]))
    #expect(told.withLock { $0 }.isEmpty)
    _ = try table.settled(table.begin(["steps": 2], subscribe: true))
    #expect(told.withLock { $0.first } == .running && told.withLock { $0.last } == .completed)
  }
}
