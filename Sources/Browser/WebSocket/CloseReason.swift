/// Why a WebSocket is closed: a code of RFC 6455, section 7.4, or of our own from 4000 on, and
/// a sentence for people.
package struct CloseReason: Sendable, Equatable, Error, CustomStringConvertible {
  package let code: UInt16
  package let text: String

  package init(code: UInt16, _ text: String) {
    self.code = code
    self.text = text
  }

  package var description: String { "\(text) (\(code))" }

  /// The session came to its end by `shutdown` and `exit`, or by the page.
  package static let done = CloseReason(code: 1000, "the session has ended")
  package static let serverEnds = CloseReason(code: 1001, "lucarne ui has ended")
  package static func violation(_ text: String) -> CloseReason { .init(code: 1002, text) }
  package static let binary = CloseReason(code: 1003, "messages are text, found a binary frame")
  package static let noText = CloseReason(code: 1007, "a message is not UTF-8")
  package static func tooLong(_ limit: Int) -> CloseReason {
    .init(code: 1009, "a message may have \(limit) bytes")
  }
  package static let tooMany = CloseReason(code: 1013, "too many pages are open")
  package static let noRoom = CloseReason(
    code: 1013, "the kernel has no room for another client")
  package static let kernelEnded = CloseReason(code: 4001, "the kernel has ended")
  package static func noKernel(_ reason: String) -> CloseReason { .init(code: 4002, reason) }
  package static let unread = CloseReason(
    code: 4003, "the page did not read what the kernel sent, so the kernel ended the session")

  /// The body of a closing frame: 125 bytes at most, two of them the code's.
  package var body: [UInt8] {
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      let more = Array(String(scalar).utf8)
      guard bytes.count + more.count <= 123 else { break }
      bytes += more
    }
    return [UInt8(code >> 8), UInt8(code & 0xFF)] + bytes
  }
}
