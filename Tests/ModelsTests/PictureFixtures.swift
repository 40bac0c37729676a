import Images

/// FNV-1a over float32 values in little-endian bytes, 64 bits, as the fixture script writes it.
func fingerprint(_ values: [Float]) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for value in values {
    for shift in 0..<4 {
      let byte = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift)))
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
  }
  let digits = String(hash, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The fixture script's `pattern`: a 32-bit xorshift, one byte a step.
func pattern(width: Int, height: Int, seed: UInt32) throws -> Picture {
  var state = seed
  let bytes = (0..<(width * height * 3)).map { _ -> UInt8 in
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    return UInt8(truncatingIfNeeded: state >> 11)
  }
  return try Picture(width: width, height: height, pixels: bytes)
}
