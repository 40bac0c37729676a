/// The digest of FIPS 180-4, by pieces.
package struct SHA256: Sendable {
  private var state: [8 of UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A,
    0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() {
    rest.reserveCapacity(Self.blockBytes)
  }

  /// The 32 bytes that stand for `message`.
  package static func digest(of message: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.add(message)
    return hash.digest()
  }

  package mutating func add(_ bytes: [UInt8]) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !rest.isEmpty {
      start = min(Self.blockBytes - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<start])
      guard rest.count == Self.blockBytes else { return }
      let block = rest
      take(block.span, at: 0)
      rest.removeAll(keepingCapacity: true)
    }
    let span = bytes.span
    while start + Self.blockBytes <= span.count {
      take(span, at: start)
      start += Self.blockBytes
    }
    rest.append(contentsOf: bytes[start...])
  }

  /// The 32 bytes that stand for what was added.
  package func digest() -> [UInt8] {
    var copy = self
    let zeros = (Self.blockBytes + 55 - rest.count) % Self.blockBytes
    let bits = byteCount &* 8
    copy.add([0x80] + [UInt8](repeating: 0, count: zeros) + Self.bytes(of: bits))
    return (0..<8).flatMap { Self.bytes(of: copy.state[$0]) }
  }

  private static let blockBytes = 64

  /// Most significant first.
  private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    stride(from: type(of: number).bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: number >> $0)
    }
  }

  private mutating func take(_ bytes: Span<UInt8>, at start: Int) {
    var w = [64 of UInt32](repeating: 0)
    for index in 0..<16 {
      let place = start + 4 * index
      w[index] =
        UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16
        | UInt32(bytes[place + 2]) << 8 | UInt32(bytes[place + 3])
    }
    for index in 16..<64 {
      let (a, b) = (w[index - 15], w[index - 2])
      let low = Self.turned(a, 7) ^ Self.turned(a, 18) ^ a >> 3
      let high = Self.turned(b, 17) ^ Self.turned(b, 19) ^ b >> 10
      w[index] = w[index - 16] &+ low &+ w[index - 7] &+ high
    }
    mix(w)
  }

  private mutating func mix(_ w: [64 of UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    let rounds = Self.rounds
    for index in 0..<64 {
      let first =
        h &+ (Self.turned(e, 6) ^ Self.turned(e, 11) ^ Self.turned(e, 25))
        &+ ((e & f) ^ (~e & g)) &+ rounds[index] &+ w[index]
      let second =
        (Self.turned(a, 2) ^ Self.turned(a, 13) ^ Self.turned(a, 22))
        &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
      state[index] = state[index] &+ value
    }
  }

  private static func turned(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value >> bits | value << (32 - bits)
  }

  /// The first bits of the fractions of the first 64 primes' cube roots.
  private static let rounds: [64 of UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1,
    0x923F_82A4, 0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3,
    0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786,
    0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147,
    0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13,
    0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
    0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A,
    0x5B9C_CA4F, 0x682E_6FF3, 0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208,
    0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
  ]
}
