package import Models
package import Tensors

extension LlamaDecoder {
  /// The value of a target's terms, given the outputs of the last block from row `first` on, `[n, D]`.
  package func value(of terms: [TargetTerm], outputs: Matrix, from first: Int) throws -> Float {
    let value = terms.reduce(Float(0)) {
      $0 + self.value(of: $1, output: outputs.row($1.row - first))
    }
    guard value.isFinite else { throw InterpretationError.nonFinite("the target's value") }
    return value
  }

  /// A term's value at one row `[D]` of the last block's output. Every question takes it from here, so that
  /// an attribution's target and an ablation's are the same number.
  func value(of term: TargetTerm, output: [Float]) -> Float {
    switch term.kind {
    case .logits(let tokens):
      let row = Matrix(rows: 1, columns: output.count, values: output)
      let logits = logits(row, tokens: tokens.map(\.token)).row(0)
      return zip(tokens, logits).reduce(0) { $0 + $1.0.weight * $1.1 }
    case .logProbability(let token): return logProbability(output, token: token).value
    }
  }

  /// The gradient `[D]` of a term at one row `[D]` of the last block's output.
  func gradient(of term: TargetTerm, output: [Float]) -> [Float] {
    switch term.kind {
    case .logits(let tokens):
      logitGradient(output, direction: tokens.map { (token: $0.token, weight: $0.weight) })
    case .logProbability(let token): logProbability(output, token: token).gradient
    }
  }
}
