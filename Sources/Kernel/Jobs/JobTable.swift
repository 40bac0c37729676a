import FoundationEssentials
import JSON
import JSONRPC
import KernelProtocol
import Synchronization
import SystemReasons
import Tensors

/// All jobs of a kernel: begins them, runs their steps and tells how they are.
final class JobTable: Sendable {
  /// Runs one step on the engine's thread, behind the requests that wait for it, for the client that began the job.
  typealias EngineSlice = @Sendable (ClientID, @escaping @Sendable (Engine) -> Void) -> Void

  private struct State {
    var running: [String: RunningJob] = [:]
    /// Jobs of this process as they ended, where no folder keeps them.
    var settled: [String: Job] = [:]
    var lastNumber = 0
    var isStopping = false
    var slice: EngineSlice?
    var notify: (@Sendable (ClientID, Job) -> Void)?
  }

  private let folder: JobFolder
  private let kinds: [String: JobKind]
  private let state = Monitor(State())

  init(folder: String?, kinds: [String: JobKind]) {
    self.folder = JobFolder(path: folder)
    self.folder.removeLeftovers()
    self.kinds = kinds
  }

  // MARK: What it works with

  func runEngineSlices(with slice: @escaping EngineSlice) { state.update { $0.slice = slice } }

  func notify(with notify: @escaping @Sendable (ClientID, Job) -> Void) {
    state.update { $0.notify = notify }
  }

  // MARK: Beginning

  /// Begins a job of a method.
  /// - Parameters:
  ///   - subscribe: whether `job/didUpdate` is sent.
  ///   - client: to whom.
  func start(
    method: String, params: JSONValue, subscribe: Bool, client: ClientID
  ) throws -> String {
    guard let kind = kinds[method] else { throw ResponseFailure.methodNotFound(method) }
    let work = try kind.work(params)
    try folder.prepare()
    let (name, lock) = try newName()
    // What is kept, and told, is without secrets.
    let job = Job(
      job: name, method: method, params: params.withoutAddressSecrets, state: .queued,
      created: Date.now.timeIntervalSince1970)
    try folder.write(job)
    try run(job, kind: kind, work: work, lock: lock, subscribe: subscribe, client: client)
    return name
  }

  /// Goes on with a job.
  /// - Parameters:
  ///   - subscribe: whether `job/didUpdate` is sent.
  ///   - client: to whom.
  func resume(_ name: String, subscribe: Bool, client: ClientID) throws -> Job {
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
    var again = try current(job)
    again.state = .queued
    again.message = nil
    again.error = nil
    again.ended = nil
    try folder.write(again)
    state.update { $0.settled[name] = nil }
    try run(again, kind: kind, work: work, lock: lock, subscribe: subscribe, client: client)
    return try get(name)
  }

  private static func refuseUnlessResumable(_ job: Job) throws(DomainError) {
    guard job.state.isResumable else {
      throw DomainError(
        .busy,
        "the job \(quoted(job.job)) is \(job.state.rawValue): only a paused, interrupted or failed job can be resumed"
      )
    }
  }

  /// A job whose lock was taken, as its file has it now: another process may have ended it before that.
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
    _ job: Job, kind: JobKind, work: any JobWork, lock: JobLock, subscribe: Bool,
    client: ClientID
  ) throws {
    let running = RunningJob(
      job, client: client, kind: kind, work: work, lock: lock, folder: folder,
      onUpdate: { [self] in if subscribe { notify(client, of: $0) } })
    try state.update { (state: inout State) throws(DomainError) in
      guard !state.isStopping else { throw DomainError(.busy, "the kernel is stopping") }
      state.running[job.job] = running
    }
    go(on: running)
  }

  /// Runs a job's next steps where they belong, beginning after a while where it waits for something.
  private func go(on running: RunningJob, after next: RunningJob.Next = .step) {
    guard next != .nothing else { return settle(running) }
    if next == .step, running.place == .engine { return submitSlice(of: running) }
    Thread.start(name: "job", stackBytes: 16 << 20) { [self] in
      var next = next
      repeat {
        if next == .stepAfterAWhile { Thread.sleep(milliseconds: 20) }
        if running.place == .engine { return submitSlice(of: running) }
        next = running.step(engine: nil)
      } while next != .nothing
      settle(running)
    }
  }

  private func notify(_ client: ClientID, of job: Job) {
    let notify: (@Sendable (ClientID, Job) -> Void)? = state.read { (state: State) in state.notify }
    notify?(client, job)
  }

  private func submitSlice(of running: RunningJob) {
    let slice: EngineSlice? = state.read { (state: State) in state.slice }
    guard let slice else {
      running.fail(DomainError(.busy, "there is no engine to run on"))
      return settle(running)
    }
    slice(running.client) { [self] engine in
      go(on: running, after: running.step(engine: engine))
    }
  }

  private func settle(_ running: RunningJob) {
    running.letGo()
    let job = running.current
    state.update { state in
      state.running[job.job] = nil
      if folder.path == nil { state.settled[job.job] = job }
    }
  }

  // MARK: Looking

  /// - Throws: `DomainError` of kind `jobNotFound`.
  func get(_ name: String) throws(DomainError) -> Job {
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
    // Its process may have ended it between the two looks; the state is written before the lock is given back.
    if let latest = folder.read(job.job), latest.state.isSettled { return latest }
    seen.state = .interrupted
    seen.message = "its process ended first; job/resume continues it"
    return seen
  }

  private static func isName(_ name: String) -> Bool {
    name.hasPrefix("job_") && name.count < 24 && name.dropFirst(4).allSatisfy(\.isNumber)
  }

  /// Newest first.
  func list(state wanted: JobState?, offset: Int, limit: Int) -> JobList.Result {
    let mine = state.read { Array($0.running.keys) + Array($0.settled.keys) }
    let numbers = Set(
      folder.numbers().filter(folder.hasFile) + mine.compactMap { Int($0.dropFirst(4)) }
    ).sorted(by: >)
    if wanted == nil {
      let page = numbers.dropFirst(offset).prefix(limit)
      return JobList.Result(
        items: page.compactMap { try? get("job_\($0)") }, total: numbers.count)
    }
    let jobs = numbers.compactMap { try? get("job_\($0)") }.filter { $0.state == wanted }
    return JobList.Result(
      items: Array(jobs.dropFirst(offset).prefix(limit)), total: jobs.count)
  }

  /// Jobs of this process that are not settled.
  var runningJobs: [Job] {
    state.read { Array($0.running.values) }.map(\.current).sorted { $0.created < $1.created }
  }

  /// Whether jobs run that a client began.
  func isRunning(for client: ClientID) -> Bool {
    state.read { $0.running.values.contains { $0.client == client } }
  }

  func log(_ params: JobLog.Params) throws(DomainError) -> JobLog.Result {
    _ = try get(params.job)
    let from = params.from ?? 0
    let lines = folder.lines(of: params.job, from: from, count: min(params.lines ?? 100, 10_000))
    return JobLog.Result(lines: lines, next: from + lines.count)
  }

  /// Waits until the job is settled, at most `seconds`, in turns, so that a cancellation is seen.
  func wait(for name: String, seconds: Double, checkStop: () throws -> Void) throws -> Job {
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

  func cancel(_ name: String) throws -> Job { try end(name, as: .cancelled) }

  func pause(_ name: String) throws -> Job { try end(name, as: .paused) }

  private func end(_ name: String, as wanted: JobState) throws -> Job {
    if let running = state.read({ $0.running[name] }) {
      running.stop(as: wanted)
      return running.current
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

  /// Asks all jobs to rest, and waits for them: what they did is written, and another process can go on.
  func stopAll(waiting seconds: Double) {
    let jobs = state.update { state in
      state.isStopping = true
      return Array(state.running.values)
    }
    for job in jobs { job.stop(as: .interrupted) }
    _ = state.wait(seconds: seconds) { $0.running.isEmpty }
  }

  private static func elsewhere(_ name: String) -> DomainError {
    DomainError(.busy, "the job \(quoted(name)) runs in another process")
  }
}
