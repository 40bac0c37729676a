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

    /// Whether it is a mark of a template, such as `<|eot_id|>`.
    var isMark: Bool { text.count > 2 && text.hasPrefix("<") && text.hasSuffix(">") }
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

  /// The tokens alone. A line ends behind a token that holds its end, unless it is the first.
  package var spans: String {
    tokens.enumerated().map { place, token in
      span(token, Self.shown(token.text)) + (place > 0 && token.text.contains("\n") ? "<br>" : "")
    }.joined()
  }

  /// The tokens in one line, marks of a template as signs.
  var shortSpans: String {
    tokens.map { token in
      guard token.isMark else { return span(token, Self.shown(token.text)) }
      let title = token.text + " " + token.title
      return span(Token(text: "", score: token.score, title: title), "\u{25AA}")
    }.joined()
  }

  private func span(_ token: Token, _ shown: String) -> String {
    let color = background(token.score).map { ";background:\($0)" } ?? ""
    let kind = token.isMark ? "mark" : "piece"
    return "<span class=\"\(kind)\" title=\"\(HTMLText.escaped(token.title))\" "
      + "style=\"padding:2px 1px;border-radius:2px;unicode-bidi:isolate\(color)\">"
      + shown + "</span>"
  }

  private func background(_ score: Double) -> String? {
    let strength = min(max(score / scale, -1), 1)
    guard strength.isFinite, strength != 0 else { return nil }
    let opacity = max(0.02, abs(strength) * Self.maximumOpacity)
    return "rgba(\(strength > 0 ? "178,24,43" : "33,102,172"),\(NumberText.fixed(opacity)))"
  }

  /// Line breaks and tabs as arrows: a token is one piece of a line. Bytes that are no character
  /// are told as such.
  static func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\u{21B5}"
      case "\t": result += "\u{21E5}"
      case "\u{FFFD}": result += "\u{27E8}?\u{27E9}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return HTMLText.escaped(result)
  }
}

extension TokenLine {
  /// Tokens with their activations, where what a token adds to the text may be nothing: the parts
  /// of a character stand together as one, with the strongest activation among them.
  package init(activations: [(text: String, activation: Double)]) {
    var tokens: [Token] = []
    var parts: [Double] = []
    func add(_ text: String) {
      let title = parts.map(NumberText.significant).joined(separator: ", ")
      tokens.append(Token(text: text, score: parts.max() ?? 0, title: title))
      parts = []
    }
    for token in activations {
      parts.append(token.activation)
      if !token.text.isEmpty { add(token.text) }
    }
    if !parts.isEmpty { add("\u{FFFD}") }
    self.init(tokens)
  }

  /// The tokens around the strongest, as many as there are before and behind it at most.
  func excerpt(before: Int, behind: Int) -> (line: TokenLine, isCutBefore: Bool, isCutBehind: Bool)
  {
    let peak = tokens.indices.max { tokens[$0].score < tokens[$1].score } ?? 0
    let start = max(0, peak - before)
    let end = min(tokens.count, peak + behind + 1)
    return (
      TokenLine(Array(tokens[min(start, end)..<end]), scale: scale), start > 0, end < tokens.count
    )
  }
}
