/// A scalar of the model's output that is attributed, ablated or reported.
///
/// Positions count expanded tokens from 0; the logits at position p predict the token at p + 1.
package enum AttributionTarget: Sendable, Hashable {
  /// logit(answer) − logit(baseline), the paper's d.
  case logitDifference(answer: Int, baseline: Int, position: Int)
  /// log Σ exp logit(answer) − log Σ exp logit(baseline), the log odds of two sets of tokens: how
  /// much likelier the next token is one of the first than one of the second, in nats.
  case logOdds(answers: [Int], baselines: [Int], position: Int)
  case logit(token: Int, position: Int)
  case logProbability(token: Int, position: Int)
  /// The log-probability of these tokens as the continuation of the context, in nats.
  case sequenceLogProbability(tokens: [Int])
}

/// One term of a target: a function of the logits of one row of a run.
package struct TargetTerm: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case logits([WeightedToken])
    case logOdds(answers: [Int], baselines: [Int])
    case logProbability(token: Int)
  }
  /// A token's logit and its factor in a sum.
  package struct WeightedToken: Sendable, Equatable {
    package let token: Int
    package let weight: Float
  }
  package let row: Int
  package let kind: Kind
}

extension [TargetTerm] {
  /// From the first row that a term reads to the last one; every target has terms.
  package var rows: Range<Int> {
    let rows = map(\.row)
    return (rows.min() ?? 0)..<(rows.max() ?? -1) + 1
  }
}

extension AttributionTarget {
  /// The most tokens of a continuation that is asked about, and of a set.
  package static let tokenLimit = 512

  /// Tokens that are appended to the context before the target can be read: all but the last of a
  /// continuation.
  package var continuation: [Int] {
    if case .sequenceLogProbability(let tokens) = self { Array(tokens.dropLast()) } else { [] }
  }

  /// The terms whose sum is the target, for a context of `tokenCount` tokens.
  package func terms(tokenCount: Int) -> [TargetTerm] {
    switch self {
    case .logitDifference(let answer, let baseline, let position):
      [
        TargetTerm(
          row: position,
          kind: .logits([.init(token: answer, weight: 1), .init(token: baseline, weight: -1)]))
      ]
    case .logOdds(let answers, let baselines, let position):
      [TargetTerm(row: position, kind: .logOdds(answers: answers, baselines: baselines))]
    case .logit(let token, let position):
      [TargetTerm(row: position, kind: .logits([.init(token: token, weight: 1)]))]
    case .logProbability(let token, let position):
      [TargetTerm(row: position, kind: .logProbability(token: token))]
    case .sequenceLogProbability(let tokens):
      tokens.enumerated().map { index, token in
        TargetTerm(row: tokenCount - 1 + index, kind: .logProbability(token: token))
      }
    }
  }

  /// Refuses tokens outside the vocabulary, positions outside the context, and
  /// targets that are constants.
  package func check(tokenCount: Int, vocabularySize: Int) throws(InterpretationError) {
    try checkTokens()
    for term in terms(tokenCount: tokenCount) {
      let tokens =
        switch term.kind {
        case .logits(let weighted): weighted.map(\.token)
        case .logOdds(let answers, let baselines): answers + baselines
        case .logProbability(let token): [token]
        }
      for token in tokens where !(0..<vocabularySize).contains(token) {
        throw .tokenOutOfRange(token: token, vocabularySize: vocabularySize)
      }
      guard (0..<tokenCount + continuation.count).contains(term.row) else {
        throw .positionOutOfRange(position: term.row, tokenCount: tokenCount)
      }
    }
  }
}

extension AttributionTarget {
  private func checkTokens() throws(InterpretationError) {
    switch self {
    case .logitDifference(let answer, let baseline, _):
      if answer == baseline {
        throw .unsupportedTarget(
          "answer and baseline are the same token, \(answer): their difference is 0 whatever the "
            + "model does"
        )
      }
    case .logOdds(let answers, let baselines, _):
      for (name, set) in [("answer", answers), ("baseline", baselines)]
      where set.isEmpty || set.count > Self.tokenLimit {
        throw .unsupportedTarget(
          "\(name) has \(set.count) tokens, expected 1 to \(Self.tokenLimit)")
      }
      if let both = answers.first(where: baselines.contains) {
        throw .unsupportedTarget("token \(both) is in both answer and baseline")
      }
    case .logit, .logProbability: break
    case .sequenceLogProbability(let tokens):
      if tokens.isEmpty || tokens.count > Self.tokenLimit {
        throw .unsupportedTarget(
          "sequenceLogProb has \(tokens.count) tokens, expected 1 to \(Self.tokenLimit)")
      }
    }
  }
}
