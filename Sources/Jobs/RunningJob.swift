import FoundationEssentials
import JSON
import JSONRPC
import KernelProtocol
import Synchronization
import SystemReasons
import Tensors

/// A job of this process while it is queued or runs.
///
/// Its work is touched by one step at a time; everything else may be used from any thread.
final class RunningJob<Engine>: @unchecked Sendable {
  private struct State {
    var job: Job
    /// What it is to become at its next step.
    var wanted: JobState?
    var lastWrite = ContinuousClock.now
    var lastUpdate = ContinuousClock.now
  }

  /// How it ends once what it did is written.
  private enum Ending {
    case asked(JobState)
    case pause(String)
    case failure(any Error)
  }

  /// Who began or resumed it: whose model is meant where the params name none.
  let client: ClientID
  private let lock: JobLock
  private let folder: JobFolder
  private let failure: JobTable<Engine>.Failure
  private let onUpdate: @Sendable (Job) -> Void
  private let state: Mutex<State>
  private let name: String

  /// nil once it is released.
  private var work: (any JobWork<Engine>)?
  private var isWaiting = false
  private var ending: Ending?
  private var isOver = false

  init(
    _ job: Job, client: ClientID, work: any JobWork<Engine>, lock: JobLock, folder: JobFolder,
    failure: @escaping JobTable<Engine>.Failure, onUpdate: @escaping @Sendable (Job) -> Void
  ) {
    name = job.job
    self.client = client
    self.work = work
    self.lock = lock
    self.folder = folder
    self.failure = failure
    self.onUpdate = onUpdate
    state = Mutex(State(job: job))
  }

  var current: Job { state.withLock { $0.job } }

  private var wanted: JobState? { state.withLock { $0.wanted } }

  /// Asks the job to stop at its next step, or within this one.
  /// - Returns: whether it still can: it may have ended since.
  func stop(as wanted: JobState) -> Bool {
    state.withLock { state in
      guard !state.job.state.isSettled else { return false }
      // A cancellation is not taken back by a pause.
      if state.wanted != .cancelled { state.wanted = wanted }
      return true
    }
  }

  /// Gives back what it holds, its files among them, so that whoever resumes the job finds them
  /// free. Called on the thread of its steps, after the last.
  func release() {
    work = nil
    lock.release()
  }

  // MARK: Turns

  /// What it does next; nil once it is over. Asked between turns.
  var turn: JobTurn<Engine>? {
    guard !isOver, let work else { return nil }
    if isWaiting {
      return .ownThread { [self] in
        Thread.sleep(milliseconds: 20)
        isWaiting = false
      }
    }
    let step = work.next(
      JobTools(
        cancellation: Cancellation(isCancelled: { [self] in wanted != nil }),
        log: { [self] in folder.log(name, $0) }))
    guard let ending = ending ?? wanted.map(Ending.asked) else { return JobTurn(step, body: take) }
    if let settling = work.settling { return JobTurn(settling) { [self] in end(ending, $0) } }
    return JobTurn(step) { [self] _ in end(ending) {} }
  }

  /// Runs the next turn if that is one for the engine's thread. What ends the job in it is not left
  /// for another.
  func runTurn(on engine: Engine) {
    if case .engine(let body)? = turn { body(engine) }
    if ending != nil, case .engine(let body)? = turn { body(engine) }
  }

  /// Runs turns on this thread while they are for the job's own.
  func runOwnTurns() {
    while case .ownThread(let body)? = turn { body() }
  }

  private func take(_ step: () throws -> StepOutcome) {
    begin()
    do {
      switch try step() {
      case .more: report()
      case .waiting:
        isWaiting = true
        report()
      case .pause(let reason): ending = .pause(reason)
      case .done(let result): settle(.completed, result: result)
      }
    } catch let error as CancellationError {
      ending = wanted.map(Ending.asked) ?? .failure(error)
    } catch {
      ending = .failure(error)
    }
  }

  private func begin() {
    let isFirst = state.withLock { state in
      guard state.job.state == .queued else { return false }
      state.job.state = .running
      state.job.started = Date.now.timeIntervalSince1970
      return true
    }
    guard isFirst else { return }
    folder.log(name, "running")
    publish(force: true)
  }

  private func report() {
    let progress = work?.progress
    // A job that only waits for its last write is as far as it was.
    if let progress { state.withLock { $0.job.progress = progress } }
    publish(force: false)
  }

  // MARK: Ending

  private func end(_ ending: Ending, _ write: () throws -> Void) {
    switch ending {
    case .asked(let wanted):
      do {
        try write()
        settle(wanted)
      } catch { fail(error) }
    case .pause(let reason):
      try? write()
      settle(.paused, message: reason)
    case .failure(let error):
      try? write()
      fail(error)
    }
  }

  func fail(_ error: any Error) { settle(.failed, error: error) }

  private func settle(
    _ new: JobState, message: String? = nil, result: JSONValue? = nil, error: (any Error)? = nil
  ) {
    isOver = true
    let refusal = error.map { error in
      let found = failure(error) ?? (error as? any FailureConvertible)?.failure
      return Job.Failure(
        kind: found?.data?["kind"]?.stringValue ?? "internalError",
        message: found?.message ?? systemReason(of: error))
    }
    let progress = work?.progress
    let new = state.withLock { state in
      // A cancellation that came while it wrote what a pause leaves.
      let rests = new == .paused || new == .interrupted
      let new = rests && state.wanted == .cancelled ? .cancelled : new
      state.job.state = new
      state.job.progress = progress ?? state.job.progress
      state.job.message = message ?? refusal?.message
      state.job.result = result
      state.job.error = refusal
      state.job.ended = Date.now.timeIntervalSince1970
      return new
    }
    folder.log(
      name, [new.rawValue, message ?? refusal?.message].compactMap(\.self).joined(separator: ": "))
    publish(force: true)
  }

  /// Writes the file every two seconds and tells the client ten times a second, at most.
  private func publish(force: Bool) {
    let (job, writes, tells) = state.withLock { state in
      let now = ContinuousClock.now
      let writes = force || now - state.lastWrite >= .seconds(2)
      let tells = force || now - state.lastUpdate >= .milliseconds(100)
      if writes { state.lastWrite = now }
      if tells { state.lastUpdate = now }
      return (state.job, writes, tells)
    }
    if writes { try? folder.write(job) }
    if tells { onUpdate(job) }
  }
}
