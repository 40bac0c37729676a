/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  package static func encode(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index + 2 < bytes.count {
      let word =
        UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
      for shift in [18, 12, 6, 0] as [UInt32] { output.append(alphabet[Int(word >> shift & 63)]) }
      index += 3
    }
    let rest = bytes[index...]
    if let first = rest.first {
      let second = rest.count == 2 ? rest[index + 1] : 0
      let word = UInt32(first) << 16 | UInt32(second) << 8
      output.append(alphabet[Int(word >> 18 & 63)])
      output.append(alphabet[Int(word >> 12 & 63)])
      output.append(rest.count == 2 ? alphabet[Int(word >> 6 & 63)] : UInt8(ascii: "="))
      output.append(UInt8(ascii: "="))
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// - Returns: nil where the text is not base64; line breaks and a missing padding are accepted.
  package static func decode(_ text: String) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count / 4 * 3)
    var word: UInt32 = 0
    var letters = 0
    var isPadded = false
    for letter in text.utf8 {
      if letter == UInt8(ascii: "\n") || letter == UInt8(ascii: "\r") { continue }
      if letter == UInt8(ascii: "=") {
        isPadded = true
        continue
      }
      let value = values[Int(letter)]
      guard value != 0xFF, !isPadded else { return nil }
      word = word << 6 | UInt32(value)
      letters += 1
      if letters == 4 {
        output.append(UInt8(word >> 16 & 0xFF))
        output.append(UInt8(word >> 8 & 0xFF))
        output.append(UInt8(word & 0xFF))
        (word, letters) = (0, 0)
      }
    }
    switch letters {
    case 0: break
    case 2: output.append(UInt8(word >> 4 & 0xFF))
    case 3:
      output.append(UInt8(word >> 10 & 0xFF))
      output.append(UInt8(word >> 2 & 0xFF))
    default: return nil
    }
    return output
  }
}
