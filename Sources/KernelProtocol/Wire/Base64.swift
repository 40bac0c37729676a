import FoundationEssentials

/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// - Returns: nil where the text is not base64; line breaks and a missing padding are accepted.
  package static func decode(_ text: String) -> [UInt8]? {
    var letters = Array(text.utf8)
    letters.removeAll { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    let padding = UInt8(ascii: "=")
    while letters.last == padding { letters.removeLast() }
    // Foundation reads padding amid the last four letters, as in "ab=c", and "====" as a byte.
    guard !letters.contains(padding) else { return nil }
    letters += Array(repeating: padding, count: -letters.count & 3)
    return Data(base64Encoded: Data(letters)).map { Array($0) }
  }
}
