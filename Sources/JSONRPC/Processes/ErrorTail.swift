import Glibc

/// Reads what a child writes to standard error and keeps its end, for the message that tells of its
/// death.
package final class ErrorTail: Sendable {
  private static let keptBytes = 2048

  private struct State {
    var bytes: [UInt8] = []
    var isAtEnd = false
  }

  private let state = Monitor(State())

  /// - Parameters:
  ///   - descriptor: read to its end by a thread; closed there.
  ///   - log: gets every whole line.
  package init(descriptor: Int32, log: @escaping @Sendable (String) -> Void) {
    Thread.start(name: "child errors") { [state] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      var line: [UInt8] = []
      while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        state.update { state in
          state.bytes += buffer.prefix(count)
          state.bytes.removeFirst(max(0, state.bytes.count - Self.keptBytes))
        }
        for byte in buffer.prefix(count) {
          if byte == UInt8(ascii: "\n") || line.count == 4096 {
            log(Self.text(line))
            line = []
          }
          if byte != UInt8(ascii: "\n") { line.append(byte) }
        }
      }
      if !line.isEmpty { log(Self.text(line)) }
      close(descriptor)
      state.update { $0.isAtEnd = true }
    }
  }

  /// The last lines, in one line; once a child has ended all that it wrote is waited for a little.
  package func text(isEnded: Bool, lines count: Int = 3) -> String {
    if isEnded { _ = state.wait(seconds: 0.5) { $0.isAtEnd } }
    let lines = Self.text(state.read { $0.bytes }).split(separator: "\n").suffix(count)
    return lines.map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " | ")
  }

  /// Control characters would reach a terminal.
  private static func text(_ bytes: [UInt8]) -> String {
    String(
      String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
        scalar.value >= 0x20 && scalar.value != 0x7F && !(0x80..<0xA0).contains(scalar.value)
          || scalar == "\n" ? Character(scalar) : " "
      })
  }
}
