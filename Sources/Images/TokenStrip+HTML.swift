extension TokenStrip {
  /// A `div` that needs no style sheet; every token carries its score as its title. All text is escaped.
  package var html: String {
    let style =
      "font:15px/2 ui-monospace,monospace;background:#fff;color:#1e1e1e;padding:8px;"
      + "white-space:pre-wrap"
    let spans = tokens.map { token in
      let isBreak = token.text.contains("\n")
      return """
        <span title="\(ScoreText.signed(token.score))" \
        style="background:\(Self.hexadecimal(background(of: token)));\
        color:\(Self.hexadecimal(ink(of: token)));padding:2px 1px;border-radius:2px">\
        \(Self.escaped(token.text))</span>\(isBreak ? "<br>" : "")
        """
    }
    return "<div class=\"token-strip\" style=\"\(style)\">\(spans.joined())</div>"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n": result += "\u{21B5}"
      case "\t": result += "\u{21E5}"
      default:
        // Control characters are not allowed in HTML, not even escaped.
        let isControl = scalar.properties.generalCategory == .control
        result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  private static func hexadecimal(_ color: ScoreColor.Components) -> String {
    "#"
      + [color.red, color.green, color.blue].map { component in
        let digits = String(Int(component.rounded()), radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
  }
}
