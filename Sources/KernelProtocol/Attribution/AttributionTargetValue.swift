import JSONRPC

extension AttributionCompute {
  /// What was asked about, and its value.
  package struct TargetValue: Codable, Sendable, Equatable {
    package var value: Double
    /// The target with its very tokens spelt out, as in `logit("Yes") − logit("No")`.
    package var title: String
    /// The tokens that count as the answer; a sequence's, one after the other.
    package var answer: [Token]
    /// The tokens it is compared with; absent without a comparison.
    package var baseline: [Token]?
    /// The position whose logits are read; of a sequence, the first.
    package var position: Int

    package init(
      value: Double, title: String, answer: [Token], baseline: [Token]? = nil, position: Int
    ) {
      self.value = value
      self.title = title
      self.answer = answer
      self.baseline = baseline
      self.position = position
    }
  }

  package struct Token: Codable, Sendable, Equatable {
    package var id: Int
    package var text: String

    package init(id: Int, text: String) {
      self.id = id
      self.text = text
    }
  }

  /// The listed items' scores for each token of the target.
  package struct TokenTable: Codable, Sendable, Equatable {
    package var tokens: [Token]
    /// Each token's own log probability; of another target, its value.
    package var values: [Double]
    /// A row a token, a column an item.
    package var scores: [[Double]]

    package init(tokens: [Token], values: [Double], scores: [[Double]]) {
      self.tokens = tokens
      self.values = values
      self.scores = scores
    }
  }
}
