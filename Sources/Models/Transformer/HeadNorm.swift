import Checkpoints
import Tensors

/// A root-mean-square norm of every head's row on its own, as Qwen3 and Gemma 3 put on queries and
/// keys.
struct HeadNorm: Sendable {
  let norm: RMSNorm  // weight [d], the same for all heads

  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, compute: Compute
  ) throws {
    norm = try RMSNorm(
      name, size: recipe.headSize, norms: recipe.norms, weights: weights, compute: compute)
  }

  /// x `[t, heads·d]` → `[t, heads·d]`.
  func callAsFunction(_ x: Matrix) -> Matrix { norm(heads(x)).reshaped(columns: x.columns) }

  /// The gradient at x `[t, heads·d]`. A rule that holds norms' scales holds each head's.
  func pullback(_ x: Matrix, outputGradient: Matrix, rule: PullbackRule) -> Matrix {
    norm.pullback(heads(x), outputGradient: heads(outputGradient), rule: rule)
      .reshaped(columns: x.columns)
  }

  private func heads(_ x: Matrix) -> Matrix { x.reshaped(columns: norm.weight.count) }
}
