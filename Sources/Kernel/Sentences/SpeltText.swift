import SystemReasons

/// Texts as people can tell them apart.
enum SpeltText {
  /// The text in quotes; quotes, backslashes and what cannot be seen, or not be told
  /// from a space, are escaped.
  static func quoted(_ text: String) -> String {
    let limit = 200
    let shown = text.count > limit ? text.prefix(limit) + "…" : text[...]
    return "\"" + shown.unicodeScalars.map(escaped).joined() + "\""
  }

  /// Control characters, joiners and marks of direction, line separators, and every
  /// space but the usual one.
  private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    case .spaceSeparator: scalar != " "
    default: false
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\"": "\\\""
    case "\\": "\\\\"
    default:
      isUnseen(scalar) ? "\\u{" + String(scalar.value, radix: 16) + "}" : String(scalar)
    }
  }
}
