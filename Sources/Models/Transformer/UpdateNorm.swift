import Checkpoints
import Tensors

/// The norm that an update goes through before it is added to the residual stream, as in Gemma 3;
/// in other families nothing.
struct UpdateNorm: Sendable {
  let norm: RMSNorm?  // weight [D]

  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, compute: Compute
  ) throws {
    norm =
      recipe.norms.areOnUpdates
      ? try RMSNorm(name, recipe, weights: weights, compute: compute) : nil
  }

  /// x `[n, D]` → `[n, D]`.
  func callAsFunction(_ x: Matrix) -> Matrix { norm?(x) ?? x }

  /// What the pullback needs of x `[n, D]`.
  func kept(_ x: Matrix) -> Matrix? { norm == nil ? nil : x }

  /// The gradient at x `[n, D]`, of which `kept` is what the forward pass kept.
  func pullback(_ kept: Matrix?, outputGradient: Matrix, rule: PullbackRule) -> Matrix {
    guard let norm, let kept else { return outputGradient }
    return norm.pullback(kept, outputGradient: outputGradient, rule: rule)
  }
}
