import Dispatch
import FeatureIndex
import Synchronization

/// Writes commits one after the other on a thread of its own, so that the model need not wait for the disk.
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
  /// What could not be written.
  private var failed: IndexCommit?
  /// What the last commit took.
  private(set) var lastDuration = Duration.zero

  init(write: @escaping @Sendable (IndexCommit) throws -> Void) {
    self.write = write
  }

  deinit {
    // The block that ran last lets go of `write`, and of the index that it holds, before the queue goes on.
    queue.sync {}
  }

  /// Whether nothing is on its way. Throws what the last commit failed with; the next call tries it again.
  func isIdle() throws -> Bool {
    if let failed {
      try write(failed)
      self.failed = nil
    }
    guard let flight else { return true }
    guard flight.done.wait(timeout: .now()) == .success else { return false }
    try land(flight)
    return true
  }

  /// Sends a commit on its way; nothing else may be.
  func send(_ commit: IndexCommit) {
    precondition(flight == nil && failed == nil, "one commit at a time")
    guard !commit.isEmpty else { return }
    let flight = Flight(commit)
    self.flight = flight
    queue.async { [write] in flight.run(write) }
  }

  /// Waits until everything that was sent is written.
  func finish() throws {
    if let flight {
      flight.done.wait()
      try land(flight)
    }
    _ = try isIdle()
  }

  private func land(_ flight: Flight) throws {
    self.flight = nil
    lastDuration = flight.result.duration
    if let failure = flight.result.failure {
      failed = flight.commit
      throw failure
    }
  }
}
