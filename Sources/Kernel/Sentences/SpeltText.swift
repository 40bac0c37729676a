/// Texts as people can tell them apart.
enum SpeltText {
  /// The text in quotes; control characters, quotes and backslashes escaped, so that a line break can be seen.
  static func quoted(_ text: String) -> String {
    let limit = 200
    let shown = text.count > limit ? text.prefix(limit) + "…" : text[...]
    return "\"" + shown.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case "\"": "\\\""
    case "\\": "\\\\"
    default:
      scalar.properties.generalCategory == .control
        ? "\\u{" + String(scalar.value, radix: 16) + "}" : String(scalar)
    }
  }
}
