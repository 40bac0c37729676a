/// Tokens of a text with their scores as the colour behind them: red supports, blue opposes.
///
/// Colours are laid over whatever the page is, and the ink is the page's, so that it
/// reads on light and on dark.
package struct TokenLine: Sendable {
  package struct Token: Sendable, Equatable {
    package let text: String
    package let score: Double
    /// What is told of the score when it is pointed at.
    package let title: String

    package init(text: String, score: Double, title: String) {
      self.text = text
      self.score = score
      self.title = title
    }
  }

  /// The opacity of the strongest: ink on it keeps a contrast of 4.5 on white and on black.
  package static let maximumOpacity = 0.6

  package let tokens: [Token]
  /// The score that is drawn in full.
  package let scale: Double

  /// - Parameter scale: positive; by default the strongest score.
  package init(_ tokens: [Token], scale: Double? = nil) {
    self.tokens = tokens
    let strongest = tokens.lazy.map { abs($0.score) }.filter(\.isFinite).max() ?? 0
    self.scale =
      scale.flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? (strongest > 0 ? strongest : 1)
  }

  /// A `div` that needs no style sheet; every token tells its score when it is pointed at.
  package var html: String {
    let style =
      "font:15px/2 ui-monospace,monospace;padding:8px;white-space:pre-wrap;"
      + "overflow-wrap:anywhere"
    return "<div class=\"token-strip\" style=\"\(style)\">\(spans)</div>"
  }

  /// The tokens alone.
  package var spans: String {
    tokens.map { token in
      let color = background(token.score).map { ";background:\($0)" } ?? ""
      return "<span title=\"\(HTMLText.escaped(token.title))\" "
        + "style=\"padding:2px 1px;border-radius:2px;unicode-bidi:isolate\(color)\">"
        + Self.shown(token.text) + "</span>" + (token.text.contains("\n") ? "<br>" : "")
    }.joined()
  }

  private func background(_ score: Double) -> String? {
    let strength = min(max(score / scale, -1), 1)
    guard strength.isFinite, strength != 0 else { return nil }
    let opacity = max(0.02, abs(strength) * Self.maximumOpacity)
    return "rgba(\(strength > 0 ? "178,24,43" : "33,102,172"),\(NumberText.fixed(opacity)))"
  }

  /// Line breaks and tabs as arrows: a token is one piece of a line.
  private static func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\u{21B5}"
      case "\t": result += "\u{21E5}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return HTMLText.escaped(result)
  }
}
