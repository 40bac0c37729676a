import Glibc
internal import JSON

/// Whole messages on their way out, written by one thread, so that nothing that computes or reads
/// ever waits for the client.
package final class OutputQueue: Sendable {
  private struct Item {
    var bytes: [UInt8]
    /// Items of one key replace one another while they wait.
    let key: String?
  }

  private struct State {
    var framing = FrameParser.Framing.headers
    var items: [Item] = []
    var byteCount = 0
    var isWriting = false
    var isClosed = false
    var isBroken = false
  }

  private let descriptor: Int32
  private let limit: Int
  private let state = Monitor(State())
  private let onBreak: @Sendable (String) -> Void

  /// - Parameters:
  ///   - descriptor: where to write. A duplicate is used, which stays open until the writer is
  ///     done: the caller may close its own, and its number may come to mean something else.
  ///   - onBreak: called once, with the reason, when the client can no longer be written to.
  /// - Returns: nil where the process has no descriptor or thread left.
  package init?(descriptor: Int32, limit: Int, onBreak: @escaping @Sendable (String) -> Void) {
    let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard duplicate >= 0 else { return nil }
    self.descriptor = duplicate
    self.limit = limit
    self.onBreak = onBreak
    let isStarted = Thread.tryStart(name: "writer", stackBytes: 1 << 20) { [self] in
      run()
      Glibc.close(self.descriptor)
    }
    guard isStarted else {
      Glibc.close(duplicate)
      return nil
    }
  }

  /// Frames what is sent from now on so; at first with headers.
  package func use(_ framing: FrameParser.Framing) { state.update { $0.framing = framing } }

  /// Adds a message. `key` lets a later message of the same key take its place while it waits.
  package func send(_ body: [UInt8], replacing key: String? = nil) {
    let isOverfull = state.update { state in
      guard !state.isClosed, !state.isBroken else { return false }
      let bytes = Self.framed(body, state.framing)
      if let key, let index = state.items.lastIndex(where: { $0.key == key }) {
        state.byteCount += bytes.count - state.items[index].bytes.count
        state.items[index].bytes = bytes
      } else {
        state.byteCount += bytes.count
        state.items.append(Item(bytes: bytes, key: key))
      }
      state.isBroken = state.byteCount > limit
      return state.isBroken
    }
    if isOverfull { onBreak("the client left more than \(limit) bytes of output unread") }
  }

  /// Takes no more, and waits until all is written or `seconds` have passed.
  package func close(waiting seconds: Double) -> Bool {
    state.update { $0.isClosed = true }
    return state.wait(seconds: seconds) { ($0.items.isEmpty && !$0.isWriting) || $0.isBroken }
  }

  private static func framed(_ body: [UInt8], _ framing: FrameParser.Framing) -> [UInt8] {
    switch framing {
    case .lines: body + [Ascii.lineFeed]
    // Exactly this field and no other: some clients match the header with a fixed pattern.
    case .headers: Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
  }

  private func run() {
    while true {
      let batch: [Item]? = state.wait { state in
        if state.isBroken { return .some(nil) }
        if !state.items.isEmpty {
          defer {
            state.items = []
            state.isWriting = true
          }
          return state.items
        }
        return state.isClosed ? .some(nil) : nil
      }
      guard let batch else { return }
      for item in batch {
        guard writeAll(item.bytes[...], to: descriptor) else { return fail() }
        state.update { $0.byteCount -= item.bytes.count }
      }
      state.update { $0.isWriting = false }
    }
  }

  private func fail() {
    let reason = "the client no longer reads: error \(errno)"
    state.update { $0.isBroken = true }
    onBreak(reason)
  }
}
