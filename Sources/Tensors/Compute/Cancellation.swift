/// A way to ask, between two pieces of work, whether the result is still wanted.
package struct Cancellation: Sendable {
  package static let never = Cancellation { false }

  private let ask: @Sendable () -> Bool

  package init(isCancelled: @escaping @Sendable () -> Bool) { ask = isCancelled }

  package var isCancelled: Bool { ask() }

  /// Throws once the result is no longer wanted.
  package func check() throws(CancellationError) {
    if isCancelled { throw CancellationError() }
  }
}
