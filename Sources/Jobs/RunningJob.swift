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
final class RunningJob: @unchecked Sendable {
  private struct State {
    var job: Job
    /// What it is to become at its next step.
    var wanted: JobState?
    var lastWrite = ContinuousClock.now
    var lastUpdate = ContinuousClock.now
  }

  /// Who began it or went on with it: whose model is meant where the params name none.
  let client: ClientID
  /// nil once it let go.
  private var work: (any JobWork)?
  private let lock: JobLock
  private let folder: JobFolder
  private let onUpdate: @Sendable (Job) -> Void
  private let state: Mutex<State>
  private let name: String
  private let kindPlace: JobKind.Place
  /// What is left to do to end it, which is not for the thread of its last step.
  private var ending: (() -> Void)?

  init(
    _ job: Job, client: ClientID, kind: JobKind, work: any JobWork, lock: JobLock,
    folder: JobFolder,
    onUpdate: @escaping @Sendable (Job) -> Void
  ) {
    name = job.job
    kindPlace = kind.place
    self.client = client
    self.work = work
    self.lock = lock
    self.folder = folder
    self.onUpdate = onUpdate
    state = Mutex(State(job: job))
  }

  var current: Job { state.withLock { $0.job } }

  /// Asks the job to stop at its next step, or within this one.
  func stop(as wanted: JobState) {
    state.withLock { state in
      // A cancellation is not taken back by a pause.
      if state.wanted != .cancelled { state.wanted = wanted }
    }
  }

  func fail(_ error: any Error) { settle(.failed, error: error) }

  /// Gives back what it holds, its files among them, so that whoever goes on with the job finds them free. Called on
  /// the thread of its steps, after the last.
  func letGo() {
    work = nil
    lock.release()
  }

  /// What comes after a step.
  enum Next { case step, stepAfterAWhile, nothing }

  /// Where its next step runs. Asked between steps.
  var place: JobKind.Place {
    if ending != nil || state.withLock({ $0.wanted != nil }), let place = work?.settlingPlace {
      return place
    }
    return work?.place ?? kindPlace
  }

  /// Does one step.
  /// - Parameter engine: on the engine's thread.
  func step(engine: Engine?) -> Next {
    if let ending {
      self.ending = nil
      ending()
      return .nothing
    }
    if let wanted = state.withLock({ $0.wanted }) { return end(engine) { $0.rest(wanted) } }
    begin()
    let tools = JobTools(
      engine: engine,
      cancellation: Cancellation(isCancelled: { [self] in state.withLock { $0.wanted != nil } }),
      log: { [self] in folder.log(name, $0) })
    do {
      switch try work?.step(tools) ?? .waiting {
      case .more:
        report()
        return .step
      case .waiting:
        report()
        return .stepAfterAWhile
      case .pause(let reason):
        return end(engine) { job in
          try? job.work?.settle()
          job.settle(.paused, message: reason)
        }
      case .done(let result):
        settle(.completed, result: result)
        return .nothing
      }
    } catch is CancellationError where state.withLock({ $0.wanted != nil }) {
      let wanted = state.withLock { $0.wanted } ?? .interrupted
      return end(engine) { $0.rest(wanted) }
    } catch {
      return end(engine) { job in
        try? job.work?.settle()
        job.fail(error)
      }
    }
  }

  /// Ends the job here, or in a step of its own where this is the engine's thread and ending may wait.
  private func end(_ engine: Engine?, _ body: @escaping (RunningJob) -> Void) -> Next {
    guard engine != nil, work?.settlingPlace == .ownThread else {
      body(self)
      return .nothing
    }
    ending = { [unowned self] in body(self) }
    return .step
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
    state.withLock { $0.job.progress = progress }
    publish(force: false)
  }

  /// Stops where it is, with what was done written.
  private func rest(_ wanted: JobState) {
    do {
      try work?.settle()
      settle(wanted)
    } catch { fail(error) }
  }

  private func settle(
    _ new: JobState, message: String? = nil, result: JSONValue? = nil, error: (any Error)? = nil
  ) {
    let failure = error.map { error in
      let found = domainFailure(error) ?? (error as? any FailureConvertible)?.failure
      return Job.Failure(
        kind: found?.data?["kind"]?.stringValue ?? "internalError",
        message: found?.message ?? systemReason(of: error))
    }
    let progress = work?.progress
    state.withLock { state in
      state.job.state = new
      state.job.progress = progress ?? state.job.progress
      state.job.message = message ?? failure?.message
      state.job.result = result
      state.job.error = failure
      state.job.ended = Date.now.timeIntervalSince1970
    }
    folder.log(
      name, [new.rawValue, message ?? failure?.message].compactMap(\.self).joined(separator: ": "))
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
