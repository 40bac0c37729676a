import FoundationEssentials
package import JSON
package import JSONRPC
package import KernelProtocol
import Synchronization
import SystemReasons
import Tensors

/// All jobs of a process: begins them, runs their steps and says how they are. What the engine is,
/// whose thread steps may need, is for the kinds of jobs to know.
package final class JobTable<Engine>: Sendable {
  /// Runs one step on the engine's thread, behind the requests that wait for it, for the client
  /// that began the job.
  package typealias EngineSlice =
    @Sendable (ClientID, @escaping @Sendable (Engine) -> Void) -> Void
  /// What an error is on the wire; nil for one that says so itself, or that nobody foresaw.
  package typealias Failure = @Sendable (any Error) -> ResponseFailure?

  private struct KnownState {
    var file: FileStamp
    var state: JobState
  }

  private struct State {
    var running: [String: RunningJob<Engine>] = [:]
    /// Jobs of this process as they ended, where no folder keeps them.
    var settled: [String: Job] = [:]
    /// Settled jobs, by number, as their files were when a list last needed their states.
    var known: [Int: KnownState] = [:]
    var lastNumber = 0
    var isStopping = false
    var slice: EngineSlice?
    var notify: (@Sendable (ClientID, Job) -> Void)?
  }

  private let folder: JobFolder
  private let kinds: [String: JobKind<Engine>]
  private let failure: Failure
  private let masked: @Sendable (JSONValue) -> JSONValue
  private let state = Monitor(State())

  /// - Parameters:
  ///   - folder: where jobs are kept, so that they outlive the process; nil: in its memory.
  ///   - kinds: one for each method that begins jobs.
  ///   - masked: params without their secrets, as files and clients have them.
  package init(
    folder: String?, kinds: [JobKind<Engine>], failure: @escaping Failure = { _ in nil },
    masked: @escaping @Sendable (JSONValue) -> JSONValue = { $0 }
  ) {
    self.folder = JobFolder(path: folder)
    self.folder.removeLeftovers()
    self.kinds = Dictionary(uniqueKeysWithValues: kinds.map { ($0.method, $0) })
    self.failure = failure
    self.masked = masked
  }

  // MARK: What it works with

  package func runEngineSlices(with slice: @escaping EngineSlice) {
    state.update { $0.slice = slice }
  }

  package func notify(with notify: @escaping @Sendable (ClientID, Job) -> Void) {
    state.update { $0.notify = notify }
  }

  // MARK: Beginning

  /// Begins a job of a method.
  /// - Parameters:
  ///   - subscribe: whether `job/didUpdate` is sent.
  ///   - client: to whom.
  /// - Returns: the job's name.
  package func start(
    method: String, params: JSONValue, subscribe: Bool, client: ClientID
  ) throws -> String {
    guard let kind = kinds[method] else { throw ResponseFailure.methodNotFound(method) }
    let work = try kind.work(params)
    try folder.prepare()
    let (name, lock) = try newName()
    let job = Job(
      job: name, method: method, params: masked(params), state: .queued,
      created: Date.now.timeIntervalSince1970)
    try folder.write(job)
    try run(job, work: work, lock: lock, subscribe: subscribe, client: client)
    return name
  }

  /// Continues a job that is paused, interrupted or failed.
  /// - Parameters:
  ///   - subscribe: whether `job/didUpdate` is sent.
  ///   - client: to whom.
  package func resume(_ name: String, subscribe: Bool, client: ClientID) throws -> Job {
    let job = try get(name)
    // One that has just ended is still giving back what it holds.
    if job.state.isSettled { _ = state.wait(seconds: 10) { $0.running[name] == nil } }
    try Self.refuseUnlessResumable(job)
    guard let kind = kinds[job.method] else {
      throw DomainError(
        .jobNotFound, "the job \(quoted(name)) was begun by nothing that this kernel knows")
    }
    let work = try kind.work(job.params)
    guard let lock = folder.lock(name) else { throw Self.elsewhere(name) }
    var resumed = try current(job)
    resumed.state = .queued
    resumed.message = nil
    resumed.error = nil
    resumed.ended = nil
    try folder.write(resumed)
    state.update { $0.settled[name] = nil }
    try run(resumed, work: work, lock: lock, subscribe: subscribe, client: client)
    return try get(name)
  }

  private static func refuseUnlessResumable(_ job: Job) throws(DomainError) {
    guard job.state.isResumable else {
      throw DomainError(
        .busy,
        "the job \(quoted(job.job)) is \(job.state.rawValue): "
          + "only a paused, interrupted or failed job can be resumed")
    }
  }

  /// A job whose lock was taken, as its file has it now: another process may have ended it before.
  private func current(_ job: Job) throws(DomainError) -> Job {
    guard let latest = folder.read(job.job), latest.state.isSettled else { return job }
    try Self.refuseUnlessResumable(latest)
    return latest
  }

  private func newName() throws -> (String, JobLock) {
    let last = folder.numbers().last ?? 0
    let first = state.read { max($0.lastNumber, last) } + 1
    for number in first..<first + 1_000 {
      let name = "job_\(number)"
      // Another process may begin one at the same time: who has the lock has the number.
      guard let lock = folder.lock(name), folder.read(name) == nil else { continue }
      state.update { $0.lastNumber = max($0.lastNumber, number) }
      return (name, lock)
    }
    throw DomainError(.busy, "no number was free for a new job")
  }

  private func run(
    _ job: Job, work: any JobWork<Engine>, lock: JobLock, subscribe: Bool, client: ClientID
  ) throws {
    let running = RunningJob(
      job, client: client, work: work, lock: lock, folder: folder, failure: failure,
      onUpdate: { [self] in if subscribe { notify(client, of: $0) } })
    try state.update { (state: inout State) throws(DomainError) in
      guard !state.isStopping else { throw DomainError(.busy, "the kernel is stopping") }
      state.running[job.job] = running
    }
    advance(running)
  }

  /// Has a job's next turn run on the thread that it is for, and those after it.
  private func advance(_ running: RunningJob<Engine>) {
    switch running.turn {
    case nil: settle(running)
    case .engine: submitSlice(of: running)
    case .ownThread:
      Thread.start(name: "job", stackBytes: 16 << 20) { [self] in
        running.runOwnTurns()
        advance(running)
      }
    }
  }

  private func submitSlice(of running: RunningJob<Engine>) {
    let slice: EngineSlice? = state.read { (state: State) in state.slice }
    guard let slice else {
      running.fail(DomainError(.busy, "there is no engine to run on"))
      return settle(running)
    }
    slice(running.client) { [self] engine in
      running.runTurn(on: engine)
      advance(running)
    }
  }

  private func notify(_ client: ClientID, of job: Job) {
    let notify: (@Sendable (ClientID, Job) -> Void)? = state.read { (state: State) in state.notify }
    notify?(client, job)
  }

  private func settle(_ running: RunningJob<Engine>) {
    running.release()
    let job = running.current
    state.update { state in
      state.running[job.job] = nil
      if folder.path == nil { state.settled[job.job] = job }
    }
  }

  // MARK: Looking

  /// - Throws: `DomainError` of kind `jobNotFound`.
  package func get(_ name: String) throws(DomainError) -> Job {
    let (running, settled) = state.read { ($0.running[name], $0.settled[name]) }
    if let running { return running.current }
    if let settled { return settled }
    guard Self.isName(name), let job = folder.read(name) else {
      throw DomainError(
        .jobNotFound, "there is no job \(quoted(name))", hint: "job/list has those that are known")
    }
    return seen(job)
  }

  /// A file that says "running" may be of a process that has ended.
  private func seen(_ job: Job) -> Job {
    guard !job.state.isSettled else { return job }
    var seen = job
    if folder.isLocked(job.job) {
      seen.message = "it runs in another process"
      return seen
    }
    // Its process may have ended it between the two looks: it writes the state, then gives the lock
    // back.
    if let latest = folder.read(job.job), latest.state.isSettled { return latest }
    seen.state = .interrupted
    seen.message = "its process ended first; job/resume continues it"
    return seen
  }

  private static func isName(_ name: String) -> Bool {
    name.hasPrefix("job_") && name.count < 24 && name.dropFirst(4).allSatisfy(\.isNumber)
  }

  /// Newest first.
  package func list(state wanted: JobState?, offset: Int, limit: Int) -> JobList.Result {
    var files: [Int: FileStamp] = [:]
    for number in folder.numbers() { files[number] = folder.stamp(ofJob: number) }
    let here = state.read { Array($0.running.keys) + Array($0.settled.keys) }
    var numbers = Set(files.keys).union(here.compactMap { Int($0.dropFirst(4)) }).sorted(by: >)
    if let wanted {
      numbers.removeAll { jobState($0, file: files[$0]) != wanted }
      state.update { [files] in $0.known = $0.known.filter { files[$0.key] != nil } }
    }
    return JobList.Result(
      items: numbers.dropFirst(offset).prefix(limit).compactMap { try? get("job_\($0)") },
      total: numbers.count)
  }

  /// A job's state; a settled job's is remembered until its file changes.
  private func jobState(_ number: Int, file: FileStamp?) -> JobState? {
    if let file, let known = state.read({ $0.known[number] }), known.file == file {
      return known.state
    }
    guard let job = try? get("job_\(number)") else { return nil }
    if let file, job.state.isSettled {
      state.update { $0.known[number] = KnownState(file: file, state: job.state) }
    }
    return job.state
  }

  /// Jobs of this process that are not settled.
  package var runningJobs: [Job] {
    state.read { Array($0.running.values) }.map(\.current).sorted { $0.created < $1.created }
  }

  /// Whether jobs run that a client began.
  package func isRunning(for client: ClientID) -> Bool {
    state.read { $0.running.values.contains { $0.client == client } }
  }

  package func log(_ params: JobLog.Params) throws(DomainError) -> JobLog.Result {
    _ = try get(params.job)
    let from = params.from ?? 0
    let lines = folder.lines(of: params.job, from: from, count: min(params.lines ?? 100, 10_000))
    return JobLog.Result(lines: lines, next: from + lines.count)
  }

  /// Waits until the job is settled, at most `seconds`, in turns, so that a cancellation is seen.
  package func wait(for name: String, seconds: Double, checkStop: () throws -> Void) throws -> Job {
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      // One that has just ended is still telling so, and giving back what it holds.
      let isHere = state.read { $0.running[name] != nil }
      let job = try get(name)
      let left = (end - .now) / .seconds(1)
      guard isHere || !job.state.isSettled, left > 0 else { return job }
      try checkStop()
      _ = state.wait(seconds: min(left, 0.05)) { $0.running[name] == nil }
    }
  }

  // MARK: Stopping

  package func cancel(_ name: String) throws -> Job { try end(name, as: .cancelled) }

  package func pause(_ name: String) throws -> Job { try end(name, as: .paused) }

  private func end(_ name: String, as wanted: JobState) throws -> Job {
    if let running = state.read({ $0.running[name] }) {
      if running.stop(as: wanted) { return running.current }
      // It has just ended, and is giving back what it holds.
      _ = state.wait(seconds: 10) { $0.running[name] !== running }
    }
    var job = try get(name)
    guard wanted == .cancelled, job.state.isResumable else {
      throw DomainError(.busy, "the job \(quoted(name)) is \(job.state.rawValue): it does not run")
    }
    guard let lock = folder.lock(name) else { throw Self.elsewhere(name) }
    job = try current(job)
    (job.state, job.ended) = (.cancelled, Date.now.timeIntervalSince1970)
    try folder.write(job)
    state.update { state in if folder.path == nil { state.settled[name] = job } }
    withExtendedLifetime(lock) {}
    return job
  }

  /// Asks all jobs to rest, and waits for them: what they did is written, and another process can
  /// continue it.
  package func stopAll(waiting seconds: Double) {
    let jobs = state.update { state in
      state.isStopping = true
      return Array(state.running.values)
    }
    for job in jobs { _ = job.stop(as: .interrupted) }
    _ = state.wait(seconds: seconds) { $0.running.isEmpty }
  }

  private static func elsewhere(_ name: String) -> DomainError {
    DomainError(.busy, "the job \(quoted(name)) runs in another process")
  }
}
