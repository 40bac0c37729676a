package import Models
package import Tensors

extension Decoder {
  /// The value of a target's terms, given the outputs of the last block from
  /// row `first` on, `[n, D]`.
  package func value(of terms: [TargetTerm], outputs: Matrix, from first: Int) throws -> Float {
    let value = try terms.reduce(Float(0)) {
      try $0 + self.value(of: $1, output: outputs.row($1.row - first))
    }
    guard value.isFinite else { throw InterpretationError.nonFinite("the target's value") }
    return value
  }

  /// A term's value at one row `[D]` of the last block's output. Every question takes it from here,
  /// so that an attribution's target and an ablation's are the same number.
  func value(of term: TargetTerm, output: [Float]) throws -> Float {
    switch term.kind {
    case .logits(let tokens):
      let logits = try logits(of: tokens.map(\.token), output: output)
      return zip(tokens, logits).reduce(0) { $0 + $1.0.weight * $1.1 }
    case .logOdds(let answers, let baselines):
      let logits = try logits(of: answers + baselines, output: output)
      return logSumExp(Array(logits.prefix(answers.count)))
        - logSumExp(Array(logits.dropFirst(answers.count)))
    case .logProbability(let token):
      let logits = try logits(Matrix(rows: 1, columns: output.count, values: output)).row(0)
      return logits[token] - logSumExp(logits)
    }
  }

  /// The gradient `[D]` of a term at one row `[D]` of the last block's output.
  func gradient(
    of term: TargetTerm, output: [Float], rule: PullbackRule = .derivative
  ) throws -> [Float] {
    switch term.kind {
    case .logits(let tokens):
      return try logitGradient(
        output, direction: tokens.map { (token: $0.token, weight: $0.weight) }, rule: rule)
    case .logOdds(let answers, let baselines):
      let logits = try logits(of: answers + baselines, output: output)
      let up = softmax(Array(logits.prefix(answers.count)))
      let down = softmax(Array(logits.dropFirst(answers.count)))
      return try logitGradient(
        output,
        direction: zip(answers, up).map { (token: $0, weight: $1) }
          + zip(baselines, down).map { (token: $0, weight: -$1) }, rule: rule)
    case .logProbability(let token):
      return try logProbability(output, token: token, rule: rule).gradient
    }
  }

  private func logits(of tokens: [Int], output: [Float]) throws -> [Float] {
    try logits(Matrix(rows: 1, columns: output.count, values: output), tokens: tokens).row(0)
  }
}
