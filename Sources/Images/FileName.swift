/// Names of files as texts. Names are bytes; of those that are no UTF-8, each such byte
/// is written `\xE9`, and a file is looked for under its bytes where there is none
/// under the text as it stands.
package enum FileName {
  /// The text for a name's bytes.
  package static func text<Bytes: Sequence<UInt8>>(_ bytes: Bytes) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var result = ""
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &rest) {
      case .emptyInput: return result
      case .valid(let scalar):
        result.unicodeScalars.append(Unicode.UTF8.decode(scalar))
        position += scalar.count
      case .error(let length):
        for byte in bytes[position..<(position + length)] {
          result += "\\x" + String(byte, radix: 16, uppercase: true)
        }
        position += length
      }
    }
  }

  /// The bytes that a text stands for; nil where it has none written as `\xE9`.
  package static func bytes(_ text: String) -> [UInt8]? {
    let source = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    var hasEscape = false
    while index < source.count {
      if let byte = escape(at: index, in: source) {
        result.append(byte)
        hasEscape = true
        index += 4
      } else {
        result.append(source[index])
        index += 1
      }
    }
    return hasEscape ? result : nil
  }

  /// Only bytes from 0x80 on are ever written so.
  private static func escape(at index: Int, in source: [UInt8]) -> UInt8? {
    guard source[index] == UInt8(ascii: "\\"), index + 3 < source.count,
      source[index + 1] == UInt8(ascii: "x")
    else { return nil }
    let digits = String(decoding: source[(index + 2)..<(index + 4)], as: UTF8.self)
    guard let byte = UInt8(digits, radix: 16), byte >= 0x80 else { return nil }
    return byte
  }
}
