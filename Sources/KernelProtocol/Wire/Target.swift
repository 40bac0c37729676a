import JSONRPC

/// A number that the model's output is asked about.
package enum Target: Codable, Sendable, Equatable {
  /// How much the logit of `answer` is above that of `baseline`; of sets, how much their log odds
  /// are. Without a baseline it is the likeliest token that does not spell the answer.
  case logitDifference(answer: TokenSet, baseline: TokenSet?, position: Int?)
  case logit(token: TokenSpec, position: Int?)
  case logProbability(token: TokenSpec, position: Int?)
  /// The log probability of the tokens, one after another, behind the context's last position.
  case sequenceLogProbability(tokens: [TokenSpec])
  /// The same for a text, as the tokenizer splits it where it stands alone.
  case textLogProbability(text: String)

  private enum Kind: String, WireName {
    case logitDiff, logit, logProb, sequenceLogProb
  }
  private enum CodingKeys: CodingKey { case kind, answer, baseline, token, tokens, text, position }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let kind = try members.decode(Kind.self, forKey: .kind)
    func position() throws -> Int? {
      try members.optionalInteger(.position, in: -1...Int.max)
    }
    func token(_ key: CodingKeys) throws -> TokenSpec {
      try members.decode(TokenSpec.self, forKey: key)
    }
    switch kind {
    case .logitDiff:
      self = .logitDifference(
        answer: try members.decode(TokenSet.self, forKey: .answer),
        baseline: try members.decodeIfPresent(TokenSet.self, forKey: .baseline),
        position: try position())
    case .logit: self = .logit(token: try token(.token), position: try position())
    case .logProb: self = .logProbability(token: try token(.token), position: try position())
    case .sequenceLogProb:
      switch (members.contains(.tokens), members.contains(.text)) {
      case (true, false): self = .sequenceLogProbability(tokens: try members.nonEmpty(.tokens))
      case (false, true):
        self = .textLogProbability(text: try members.decode(String.self, forKey: .text))
      default: throw decoder.wireMismatch(expected: "either \"tokens\" or \"text\"")
      }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .logitDifference(let answer, let baseline, let position):
      try members.encode(Kind.logitDiff, forKey: .kind)
      try members.encode(answer, forKey: .answer)
      try members.encodeIfPresent(baseline, forKey: .baseline)
      try members.encodeIfPresent(position, forKey: .position)
    case .logit(let token, let position):
      try members.encode(Kind.logit, forKey: .kind)
      try members.encode(token, forKey: .token)
      try members.encodeIfPresent(position, forKey: .position)
    case .logProbability(let token, let position):
      try members.encode(Kind.logProb, forKey: .kind)
      try members.encode(token, forKey: .token)
      try members.encodeIfPresent(position, forKey: .position)
    case .sequenceLogProbability(let tokens):
      try members.encode(Kind.sequenceLogProb, forKey: .kind)
      try members.encode(tokens, forKey: .tokens)
    case .textLogProbability(let text):
      try members.encode(Kind.sequenceLogProb, forKey: .kind)
      try members.encode(text, forKey: .text)
    }
  }
}
