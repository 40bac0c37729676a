package import Tensors

extension Decoder {
  /// What directions `[n, D]` of the residual stream do to the logits, `[n, V]`, if nothing stands
  /// between: W_U · (γ ⊙ direction), γ the final norm's weight, without the norm's scale.
  package func directEffect(_ directions: Matrix) throws -> Matrix {
    try blocks.weightedLogits(directions)
  }
}
