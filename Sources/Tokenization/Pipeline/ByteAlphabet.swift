/// The byte-level alphabet of GPT-2: a visible character for every byte.
///
/// Bytes 33 to 126, 161 to 172 and 174 to 255 stand for themselves, the other 68 for U+0100
/// onwards in order, so that a space is Ġ.
struct ByteAlphabet: Sendable {
  /// By byte: its character.
  private let scalars: [Unicode.Scalar]
  /// By scalar value: its byte; -1 where it is no character of the alphabet.
  private let bytes: [Int16]

  init() {
    var scalars: [Unicode.Scalar] = []
    var bytes = [Int16](repeating: -1, count: 0x144)
    var next: UInt32 = 0x100
    for byte in UInt8.min...UInt8.max {
      let standsForItself =
        (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      let scalar: Unicode.Scalar
      if standsForItself {
        scalar = Unicode.Scalar(byte)
      } else {
        scalar = Unicode.Scalar(next) ?? " "
        next += 1
      }
      scalars.append(scalar)
      bytes[Int(scalar.value)] = Int16(byte)
    }
    self.scalars = scalars
    self.bytes = bytes
  }

  /// `text` with every byte replaced by its character, as UTF-8.
  func encode(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count * 2)
    for byte in text {
      let value = scalars[Int(byte)].value
      if value < 0x80 {
        result.append(UInt8(value))
      } else {
        result.append(UInt8(0xC0 | value >> 6))
        result.append(UInt8(0x80 | value & 0x3F))
      }
    }
    return result
  }

  /// The bytes that `token` stands for; the token's own where a character is not of the alphabet.
  func decode(_ token: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      guard scalar.value < bytes.count, bytes[Int(scalar.value)] >= 0 else { return token }
      result.append(UInt8(bytes[Int(scalar.value)]))
    }
    return result
  }
}
