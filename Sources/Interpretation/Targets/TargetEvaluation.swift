package import Models
package import Tensors

extension LlamaDecoder {
  /// The value of a target's terms, given the outputs of the last block `[T′, D]`.
  package func value(of terms: [TargetTerm], outputs: Matrix) throws -> Float {
    let value = terms.reduce(Float(0)) { sum, term in
      sum + term.value(logits(outputs.slice(rows: term.row..<term.row + 1)).row(0))
    }
    guard value.isFinite else { throw InterpretationError.nonFinite("the target's value") }
    return value
  }
}
