/// Writes JSON texts: members sorted by name, slashes as they are, so that the same value always
/// gives the same bytes.
package enum JSONWriter {
  /// - Throws: `JSONError.nonFinite` with the path of a number that JSON cannot carry.
  static func write(_ value: JSONValue, into output: inout [UInt8]) throws(JSONError) {
    switch value {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let integer): output.append(contentsOf: String(integer).utf8)
    case .number(let number):
      guard number.isFinite else { throw .nonFinite(path: "") }
      output.append(contentsOf: number.description.utf8)
    case .string(let string): write(string, into: &output)
    case .array(let elements):
      try write(elements, into: &output)
    case .object(let object):
      try write(object, into: &output)
    }
  }

  private static func write(
    _ elements: [JSONValue], into output: inout [UInt8]
  ) throws(JSONError) {
    output.append(Ascii.bracket)
    for index in elements.indices {
      if index > 0 { output.append(Ascii.comma) }
      do throws(JSONError) {
        try write(elements[index], into: &output)
      } catch {
        throw error.inside("[\(index)]")
      }
    }
    output.append(Ascii.closeBracket)
  }

  private static func write(
    _ object: JSONObject, into output: inout [UInt8]
  ) throws(JSONError) {
    output.append(Ascii.brace)
    var isFirst = true
    for member in object.sortedMembers {
      if !isFirst { output.append(Ascii.comma) }
      isFirst = false
      write(member.name, into: &output)
      output.append(Ascii.colon)
      do throws(JSONError) {
        try write(member.value, into: &output)
      } catch {
        throw error.inside(".\(member.name)")
      }
    }
    output.append(Ascii.closeBrace)
  }

  /// `text` in quotes, with what must be escaped escaped.
  package static func quoted(_ text: String) -> String {
    var output: [UInt8] = []
    write(text, into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  static func write(_ string: String, into output: inout [UInt8]) {
    output.append(Ascii.quote)
    if string.utf8.contains(where: { $0 < 0x20 || $0 == Ascii.quote || $0 == Ascii.backslash }) {
      for byte in string.utf8 { writeEscaping(byte, into: &output) }
    } else {
      output.append(contentsOf: string.utf8)
    }
    output.append(Ascii.quote)
  }

  private static func writeEscaping(_ byte: UInt8, into output: inout [UInt8]) {
    switch byte {
    case Ascii.quote, Ascii.backslash: output.append(contentsOf: [Ascii.backslash, byte])
    case 0x08: output.append(contentsOf: "\\b".utf8)
    case 0x09: output.append(contentsOf: "\\t".utf8)
    case 0x0A: output.append(contentsOf: "\\n".utf8)
    case 0x0C: output.append(contentsOf: "\\f".utf8)
    case 0x0D: output.append(contentsOf: "\\r".utf8)
    case ..<0x20:
      output.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
      output.append(contentsOf: String(byte, radix: 16).utf8)
    default: output.append(byte)
    }
  }
}

extension JSONError {
  /// The same error, seen from the container that holds the value.
  fileprivate func inside(_ step: String) -> JSONError {
    guard case .nonFinite(let path) = self else { return self }
    return .nonFinite(path: step + path)
  }
}

extension JSONValue {
  /// The UTF-8 text of this value on one line, members sorted.
  /// - Throws: `JSONError.nonFinite` with the path of a number that JSON cannot carry.
  package func bytes() throws(JSONError) -> [UInt8] {
    var output: [UInt8] = []
    try JSONWriter.write(self, into: &output)
    return output
  }
}
