/// y = x·Wᵀ + b with a checkpoint's weight W `[out, in]`, on one engine; `Linear` tells what is
/// rounded.
package protocol LinearOperator: Sendable {
  associatedtype Rows: RowArray

  /// x `[T, in]` → `[T, out]`.
  func callAsFunction(_ x: Rows) throws -> Rows
  /// What y gains where x gains `change` `[T, in]`: change·Wᵀ.
  func withoutBias(_ change: Rows) throws -> Rows
  /// The gradient at y `[T, out]` → the gradient at x `[T, in]`: dY·W.
  func pullback(_ outputGradient: Rows) throws -> Rows
  /// What reaches the bias of the gradient at y `[T, out]`: Σ_t b·dY_t, zero without a bias.
  func biasShare(_ outputGradient: Rows) throws -> Double
}
