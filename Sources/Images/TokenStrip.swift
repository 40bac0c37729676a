/// Text tokens with their scores as the colour behind them: red supports, blue opposes.
package struct TokenStrip: Sendable {
  /// One token of the strip.
  package struct Token: Sendable, Equatable {
    /// What the token reads as.
    package let text: String
    package let score: Float

    package init(text: String, score: Float) {
      self.text = text
      self.score = score
    }
  }

  package let tokens: [Token]
  /// The score that is drawn in full.
  package let scale: Float

  /// - Parameter scale: the score that is drawn in full; by default the strongest.
  /// - Throws: `ImageError.scoreNotFinite`.
  package init(_ tokens: [Token], scale: Float? = nil) throws(ImageError) {
    if let index = tokens.firstIndex(where: { !$0.score.isFinite }) {
      throw .scoreNotFinite(index: index, value: "\(tokens[index].score)")
    }
    if let scale, !scale.isFinite || scale <= 0 {
      throw .scoreNotFinite(index: 0, value: "a scale of \(scale)")
    }
    self.tokens = tokens
    let strongest = tokens.map { abs($0.score) }.max() ?? 0
    self.scale = scale ?? (strongest > 0 ? strongest : 1)
  }

  func strength(of token: Token) -> Double {
    ScoreColor.strength(of: token.score, scale: scale)
  }

  /// The colour behind a token, white where the score is zero.
  func background(of token: Token) -> ScoreColor.Components {
    ScoreColor.overlaid((255, 255, 255), strength: strength(of: token), maximumOpacity: 1)
  }

  /// Dark ink on light backgrounds, white on the strong ones.
  func ink(of token: Token) -> ScoreColor.Components {
    abs(strength(of: token)) > 0.6 ? (255, 255, 255) : (30, 30, 30)
  }
}
