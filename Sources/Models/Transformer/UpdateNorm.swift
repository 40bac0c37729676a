import Checkpoints
import Tensors

/// The norm that an update goes through before it is added to the residual stream, as in Gemma 3;
/// in other families nothing.
struct UpdateNorm<Engine: Operators>: Sendable {
  let norm: RMSNorm<Engine>?  // weight [D]

  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, engine: Engine
  ) throws {
    norm =
      recipe.norms.areOnUpdates
      ? try RMSNorm(name, recipe, weights: weights, engine: engine) : nil
  }

  /// x `[n, D]` → `[n, D]`.
  func callAsFunction(_ x: Engine.Rows) throws -> Engine.Rows { try norm?(x) ?? x }

  /// What the pullback needs of x `[n, D]`.
  func kept(_ x: Engine.Rows) -> Engine.Rows? { norm == nil ? nil : x }

  /// The gradient at x `[n, D]`, of which `kept` is what the forward pass kept.
  func pullback(
    _ kept: Engine.Rows?, outputGradient: Engine.Rows, rule: PullbackRule
  ) throws -> Engine.Rows {
    guard let norm, let kept else { return outputGradient }
    return try norm.pullback(kept, outputGradient: outputGradient, rule: rule)
  }
}
