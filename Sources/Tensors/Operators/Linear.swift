/// y = x·Wᵀ + b with weights W `[out, in]` that stay where they are mapped, in their own type.
///
/// | precision | W | activations | products | sums |
/// |---|---|---|---|---|
/// | float32 | any | float32 | float32 | float32 |
/// | bfloat16 | BF16 | rounded to bfloat16, to nearest even | exact | float32 |
/// | bfloat16 | F16, F32 | float32 | float32 | float32 |
/// | int8 | as bfloat16 | | | |
/// | any | int8 | rounded to bfloat16, to nearest even | exact | float32,
/// then times the row's scale |
///
/// Rounding activations costs a relative error of 2⁻⁹ an element. Float16 weights do not fit
/// bfloat16's 8 bits; they are widened to float32, exactly, and multiplied with the activations as
/// they are, rather than rounded a second time.
///
/// The integers of int8 weights are bfloat16 numbers, so that they share its instructions. In the
/// pullback the scales belong to the terms: (dY ⊙ s) is rounded instead of dY.
package struct Linear: Sendable {
  package let weight: WeightMatrix
  package let bias: [Float]?
  private let compute: Compute

  package init(_ weight: WeightMatrix, bias: [Float]?, compute: Compute) {
    precondition(
      bias.map { $0.count == weight.rows } ?? true, "a bias for \(weight.rows) outputs")
    self.weight = weight
    self.bias = bias
    self.compute = compute
  }

  /// x `[T, in]` → `[T, out]`. A row's result does not depend on the other rows, bit for bit.
  package func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == weight.columns, "[T, \(x.columns)] into [T, \(weight.columns)]")
    return WeightProduct(weight: weight, compute: compute, direction: .forward)(x, bias: bias)
  }

  /// What y gains where x gains `change` `[T, in]`: change·Wᵀ.
  package func withoutBias(_ change: Matrix) -> Matrix {
    precondition(change.columns == weight.columns, "[T, \(change.columns)]")
    return WeightProduct(weight: weight, compute: compute, direction: .forward)(change, bias: nil)
  }

  /// The gradient at y `[T, out]` → the gradient at x `[T, in]`: dY·W. Rows
  /// are independent here, too.
  package func pullback(_ outputGradient: Matrix) -> Matrix {
    precondition(
      outputGradient.columns == weight.rows,
      "[T, \(outputGradient.columns)] into [T, \(weight.rows)]")
    return WeightProduct(weight: weight, compute: compute, direction: .pullback)(outputGradient)
  }

  /// What reaches the bias of the gradient at y `[T, out]`: Σ_t b·dY_t, zero without a bias.
  package func biasShare(_ outputGradient: Matrix) -> Double {
    guard let bias else { return 0 }
    var share = 0.0
    for row in 0..<outputGradient.rows {
      share += outputGradient.row(row).indices.reduce(0) {
        $0 + Double(bias[$1]) * Double(outputGradient[row, $1])
      }
    }
    return share
  }
}
