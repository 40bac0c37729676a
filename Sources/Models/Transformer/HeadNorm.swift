import Checkpoints
import Tensors

/// A root-mean-square norm of every head's row on its own, as Qwen3 and Gemma 3 put on queries and
/// keys.
struct HeadNorm<Engine: Operators>: Sendable {
  let norm: RMSNorm<Engine>  // weight [d], the same for all heads

  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, engine: Engine
  ) throws {
    norm = try RMSNorm(
      name, size: recipe.headSize, norms: recipe.norms, weights: weights, engine: engine)
  }

  /// x `[t, heads·d]` → `[t, heads·d]`.
  func callAsFunction(_ x: Engine.Rows) throws -> Engine.Rows {
    try norm(heads(x)).reshaped(columns: x.columns)
  }

  /// The gradient at x `[t, heads·d]`. A rule that holds norms' scales holds each head's.
  func pullback(
    _ x: Engine.Rows, outputGradient: Engine.Rows, rule: PullbackRule
  ) throws -> Engine.Rows {
    try norm.pullback(heads(x), outputGradient: heads(outputGradient), rule: rule)
      .reshaped(columns: x.columns)
  }

  private func heads(_ x: Engine.Rows) -> Engine.Rows { x.reshaped(columns: norm.weight.count) }
}
