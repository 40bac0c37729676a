import Dispatch
import FeatureIndex
import Synchronization

/// Counts codes on a thread of its own, so that the model runs on meanwhile.
///
/// Used by one thread, which waits for what it sent before it asks anything.
final class CodeCounter: Sendable {
  private let accumulator: Mutex<IndexAccumulator>
  private let queue = DispatchQueue(label: "counting")

  init(_ accumulator: consuming sending IndexAccumulator) {
    self.accumulator = Mutex(accumulator)
  }

  /// Counts codes, one after the other, while `body` runs; gives what that gives, or throws what
  /// it throws, when both are done.
  func counting<Value>(_ codes: [ItemCode], beside body: () throws -> Value) rethrows -> Value {
    guard !codes.isEmpty else { return try body() }
    queue.async { [self] in count(codes) }
    defer { queue.sync {} }
    return try body()
  }

  func count(_ codes: [ItemCode]) {
    accumulator.withLock { for code in codes { $0.add(code) } }
  }

  func skip(_ item: SkippedItem) { accumulator.withLock { $0.skip(item) } }

  func contains(digest: [UInt8]) -> Bool { accumulator.withLock { $0.contains(digest: digest) } }

  /// About the bytes that wait for the next commit in maps.
  var pendingBytes: Int { accumulator.withLock { $0.pendingBytes } }

  func takeCommit() -> IndexCommit { accumulator.withLock { $0.takeCommit() } }
}
