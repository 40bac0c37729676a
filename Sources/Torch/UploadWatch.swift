import Synchronization

/// Hears of a model's weights as they are copied to a device, and may stop that, until it is told
/// that all are there.
package final class UploadWatch: Sendable {
  private struct State {
    var done = 0
    var hear: (@Sendable (Int) throws -> Void)?
  }
  private let state: Mutex<State>

  /// - Parameter hear: is given the bytes that are there, before each piece of at most 64 MB; what
  ///   it throws ends the upload.
  package init(_ hear: @escaping @Sendable (_ bytes: Int) throws -> Void) {
    state = Mutex(State(hear: hear))
  }

  /// Tells of bytes that are there.
  func hear(of bytes: Int = 0) throws {
    let (done, hear) = state.withLock { state in
      state.done += bytes
      return (state.done, state.hear)
    }
    try hear?(done)
  }

  /// What is copied from now on is nobody's business.
  package func end() { state.withLock { $0.hear = nil } }
}
