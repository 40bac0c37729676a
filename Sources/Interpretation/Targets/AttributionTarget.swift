/// A scalar of the model's output that is attributed, ablated or reported.
///
/// Positions count expanded tokens from 0; the logits at position p predict the token at p + 1.
package enum AttributionTarget: Sendable, Hashable {
  /// logit(answer) − logit(baseline), the paper's d.
  case logitDifference(answer: Int, baseline: Int, position: Int)
  case logit(token: Int, position: Int)
  case logProbability(token: Int, position: Int)
  /// The log-probability of these tokens as the continuation of the context, in nats.
  case sequenceLogProbability(tokens: [Int])
}

/// One term of a target: a function of the logits of one row of a run.
package struct TargetTerm: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case logits([WeightedToken])
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

  /// Refuses tokens outside the vocabulary and positions outside the context.
  package func check(tokenCount: Int, vocabularySize: Int) throws(InterpretationError) {
    let terms = terms(tokenCount: tokenCount)
    if terms.isEmpty {
      throw .unsupportedTarget("sequenceLogProb needs at least one token, found none")
    }
    for term in terms {
      let tokens =
        switch term.kind {
        case .logits(let weighted): weighted.map(\.token)
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
