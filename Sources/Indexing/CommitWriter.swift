import Dispatch
import FeatureIndex
import Synchronization

/// Writes commits one after the other on a thread of its own, so that the model
/// need not wait for the disk.
///
/// Used by one thread. What could not be written is kept and written first when it is asked again.
final class CommitWriter {
  /// A commit on its way; `failure` and `duration` may be read once `done` was waited for.
  private final class Flight: Sendable {
    let commit: IndexCommit
    let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<(failure: (any Error)?, duration: Duration)>((nil, .zero))

    init(_ commit: IndexCommit) { self.commit = commit }

    func run(_ write: (IndexCommit) throws -> Void) {
      let begin = ContinuousClock.now
      var failure: (any Error)?
      do { try write(commit) } catch let error { failure = error }
      outcome.withLock { $0 = (failure, ContinuousClock.now - begin) }
      done.signal()
    }

    var result: (failure: (any Error)?, duration: Duration) { outcome.withLock { $0 } }
  }

  private let write: @Sendable (IndexCommit) throws -> Void
  private let queue = DispatchQueue(label: "commits")
  private var flight: Flight?
  /// What could not be written, and why, until that was told.
  private var failed: (commit: IndexCommit, failure: (any Error)?)?
  /// What the last commit took.
  private(set) var lastDuration = Duration.zero

  init(write: @escaping @Sendable (IndexCommit) throws -> Void) {
    self.write = write
  }

  deinit {
    // The block that ran last lets go of `write`, and of the index that it holds,
    // before the queue goes on.
    queue.sync {}
  }

  enum State {
    /// Nothing is on its way.
    case idle
    case busy
    /// What was sent could not be written; `finish` says why, then tries again.
    case failed
  }

  /// How it stands, without waiting.
  var state: State {
    if failed != nil { return .failed }
    guard let flight else { return .idle }
    guard flight.done.wait(timeout: .now()) == .success else { return .busy }
    land(flight)
    return failed == nil ? .idle : .failed
  }

  /// Sends a commit on its way; nothing else may be.
  func send(_ commit: IndexCommit) {
    precondition(flight == nil && failed == nil, "one commit at a time")
    guard !commit.isEmpty else { return }
    let flight = Flight(commit)
    self.flight = flight
    queue.async { [write] in flight.run(write) }
  }

  /// Waits until everything that was sent is written. Throws what it failed with; the
  /// next call tries it again.
  func finish() throws {
    if let flight {
      flight.done.wait()
      land(flight)
    }
    guard let failed else { return }
    if let failure = failed.failure {
      self.failed?.failure = nil
      throw failure
    }
    let begin = ContinuousClock.now
    try write(failed.commit)
    lastDuration = ContinuousClock.now - begin
    self.failed = nil
  }

  private func land(_ flight: Flight) {
    self.flight = nil
    lastDuration = flight.result.duration
    failed = flight.result.failure.map { (flight.commit, $0) }
  }
}
