/// Cuts what a browser sends into messages (RFC 6455, section 5), however the reads and the
/// frames fall. A value type without any descriptor: bytes in, events out.
package struct WebSocketParser: Sendable {
  package enum Event: Equatable, Sendable {
    /// A whole message of text, which is UTF-8.
    case message([UInt8])
    case ping([UInt8])
    /// The browser closes; the code is 1005 where it gave none.
    case close(code: UInt16)
    /// Nothing that follows can be read, or may be.
    case failed(CloseReason)
  }

  private struct Frame {
    let opcode: UInt8
    let isLast: Bool
    let mask: [UInt8]
    let length: Int
  }

  private enum State {
    case header([UInt8])
    case body(Frame, [UInt8])
    case ended
  }

  private let limit: Int
  private var state = State.header([])
  /// The frames of a message that goes on; nil between messages.
  private var message: [UInt8]?

  /// - Parameter limit: bytes of a message.
  package init(limit: Int) { self.limit = limit }

  /// Takes the next bytes and returns what they complete, in order. Nothing comes after `close`
  /// or `failed`.
  package mutating func push(_ bytes: ArraySlice<UInt8>) -> [Event] {
    var rest = bytes
    var events: [Event] = []
    do throws(CloseReason) {
      while !rest.isEmpty {
        switch state {
        case .header(var header):
          guard let byte = rest.popFirst() else { break }
          header.append(byte)
          state = .header(header)
          guard header.count >= 2, header.count == Self.headerLength(header) else { continue }
          let frame = try frame(header)
          state = .body(frame, [])
          if frame.length == 0 { try finish(frame, [], &events) }
        case .body(let frame, var body):
          state = .ended  // Else the body would be copied.
          let piece = rest.prefix(frame.length - body.count)
          rest = rest.dropFirst(piece.count)
          body.append(contentsOf: piece)
          state = .body(frame, body)
          if body.count == frame.length {
            state = .ended
            try finish(frame, body, &events)
          }
        case .ended: return events
        }
      }
    } catch {
      state = .ended
      events.append(.failed(error))
    }
    return events
  }

  /// The bytes before the body.
  private static func headerLength(_ header: [UInt8]) -> Int {
    let lengthBytes =
      switch header[1] & 0x7F {
      case 126: 2
      case 127: 8
      default: 0
      }
    return 2 + lengthBytes + (header[1] & 0x80 != 0 ? 4 : 0)
  }

  private func frame(_ header: [UInt8]) throws(CloseReason) -> Frame {
    guard header[0] & 0x70 == 0 else { throw .violation("a frame has reserved bits") }
    guard header[1] & 0x80 != 0 else { throw .violation("a frame has no mask") }
    let opcode = header[0] & 0x0F
    let isLast = header[0] & 0x80 != 0
    let length = try Self.length(header)
    switch opcode {
    case 0x0: if message == nil { throw .violation("no message goes on") }
    case 0x1: if message != nil { throw .violation("a message begins inside another") }
    case 0x2: throw .binary
    case 0x8, 0x9, 0xA:
      guard isLast, length <= 125 else {
        throw .violation("a control frame is in pieces or longer than 125 bytes")
      }
    default: throw .violation("a frame has the unknown opcode \(opcode)")
    }
    if opcode <= 0x1, length > limit - (message?.count ?? 0) { throw .tooLong(limit) }
    return Frame(opcode: opcode, isLast: isLast, mask: Array(header.suffix(4)), length: length)
  }

  private static func length(_ header: [UInt8]) throws(CloseReason) -> Int {
    let short = Int(header[1] & 0x7F)
    guard short >= 126 else { return short }
    let length = header[2..<(short == 126 ? 4 : 10)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length >= (short == 126 ? 126 : 0x1_0000), length <= UInt64(Int64.max) else {
      throw .violation("a frame's length is not written in the shortest way")
    }
    return Int(length)
  }

  private mutating func finish(
    _ frame: Frame, _ masked: [UInt8], _ events: inout [Event]
  ) throws(CloseReason) {
    var body = masked
    for index in body.indices { body[index] ^= frame.mask[index & 3] }
    state = .header([])
    switch frame.opcode {
    case 0x8:
      state = .ended
      events.append(.close(code: try Self.closeCode(body)))
    case 0x9: events.append(.ping(body))
    case 0xA: break
    default:
      var whole = message ?? []
      message = nil
      if whole.isEmpty { whole = body } else { whole += body }
      if frame.isLast {
        guard Self.isUTF8(whole) else { throw .noText }
        events.append(.message(whole))
      } else {
        message = whole
      }
    }
  }

  private static func closeCode(_ body: [UInt8]) throws(CloseReason) -> UInt16 {
    guard !body.isEmpty else { return 1005 }
    guard body.count >= 2 else { throw .violation("a closing frame has half a code") }
    let code = UInt16(body[0]) << 8 | UInt16(body[1])
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: break
    default: throw .violation("a closing frame has the code \(code)")
    }
    guard isUTF8(Array(body[2...])) else { throw .noText }
    return code
  }

  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    (try? UTF8Span(validating: bytes.span)) != nil
  }
}
