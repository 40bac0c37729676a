import JSON

/// Values and names as Python writes them.
enum PythonText {
  private static let keywords: Set<String> = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
  ]

  static func literal(_ value: JSONValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .array(let elements): "[" + elements.map(literal).joined(separator: ", ") + "]"
    case .object(let object):
      "{"
        + object.sortedMembers.map { "\(literal(.string($0.name))): \(literal($0.value))" }
        .joined(separator: ", ") + "}"
    // Python reads numbers and strings of JSON as they are.
    case .integer, .number, .string:
      String(decoding: (try? value.bytes()) ?? Array("None".utf8), as: UTF8.self)
    }
  }

  /// Whether a name of the wire may stand as an argument's: letters and digits alone.
  static func isName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.isASCII, first.properties.isAlphabetic else {
      return false
    }
    return name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
    }
  }

  /// A name of the wire as the client spells it: `maxTokens` is `max_tokens`, `from` is `from_`.
  static func keyword(_ name: String) -> String {
    var result = ""
    for character in name {
      if character.isUppercase {
        result += "_" + character.lowercased()
      } else {
        result.append(character)
      }
    }
    return keywords.contains(result) ? result + "_" : result
  }
}
