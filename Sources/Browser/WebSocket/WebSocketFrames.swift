/// The frames that a server sends (RFC 6455, section 5.2): whole, without a mask.
package enum WebSocketFrames {
  package static func text(_ message: [UInt8]) -> [UInt8] { frame(0x1, message) }
  package static func close(_ reason: CloseReason) -> [UInt8] { frame(0x8, reason.body) }
  package static func pong(_ body: [UInt8]) -> [UInt8] { frame(0xA, body) }

  private static func frame(_ opcode: UInt8, _ body: [UInt8]) -> [UInt8] {
    var bytes = [0x80 | opcode]
    bytes.reserveCapacity(body.count + 10)
    switch body.count {
    case ...125: bytes.append(UInt8(body.count))
    case ...0xFFFF: bytes += [126, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
    default:
      bytes.append(127)
      bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: body.count >> (8 * $0)) }
    }
    return bytes + body
  }
}
