/// PNG files that claim more than they should, made without a library.
enum ForgedPNG {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A greyscale picture's signature and header, with nothing behind them.
  static func header(width: UInt32, height: UInt32) -> [UInt8] {
    signature + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 0, 0, 0, 0])
  }

  /// A valid black greyscale picture whose pixels take a thousandth of their bytes.
  static func bomb(width: UInt32, height: UInt32) -> [UInt8] {
    let length = (Int(width) + 1) * Int(height)
    return header(width: width, height: height) + chunk("IDAT", zeros(length)) + chunk("IEND", [])
  }

  /// A zlib stream of zeros: one literal, then copies of 258 bytes at distance 1, in fixed codes.
  private static func zeros(_ length: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x78, 0x01]
    var bits: UInt64 = 0
    var count: UInt64 = 0
    func put(_ code: UInt64, _ width: UInt64) {
      bits |= code << count
      count += width
      while count >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
        count -= 8
      }
    }
    put(0b011, 3)
    let literal: UInt64 = 0b0000_1100  // 0x00 is 00110000, sent from its highest bit
    for _ in 0..<(length % 258 == 0 ? 258 : length % 258) { put(literal, 8) }
    // Length 285 is 11000101, distance 0 is 00000.
    for _ in 0..<((length - 1) / 258) { put(0b1010_0011, 13) }
    put(0, 7)
    if count > 0 { put(0, 8 - count) }
    let sum = UInt32(length % 65_521)
    return bytes + bigEndian(sum << 16 | 1)
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let remainder = bytes.reduce(UInt32.max) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
    return ~remainder
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
  }
}
