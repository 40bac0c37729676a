import Checkpoints
import Tensors

/// From the tower's features to the decoder's embeddings: linear, activation, linear.
///
/// Follows `LlavaNextMultiModalProjector` of transformers 5.24.
struct Projector: Sendable {
  let first: Linear  // linear_1 [D, h · layers]
  let second: Linear  // linear_2 [D, D]
  let activation: Activation
  let team: ThreadTeam

  init(_ recipe: ProjectorRecipe, weights: WeightScope, compute: Compute) throws {
    let (D, bias) = (recipe.outputSize, recipe.hasBias)
    first = try weights.linear(
      "linear_1", rows: D, columns: recipe.inputSize, bias: bias, compute: compute)
    second = try weights.linear("linear_2", rows: D, columns: D, bias: bias, compute: compute)
    activation = recipe.activation
    team = compute.team
  }

  /// `[P, h · layers]` → `[P, D]`.
  func callAsFunction(_ x: Matrix) -> Matrix { second(activation(first(x), team: team)) }

  /// The gradient at x `[P, h · layers]` from that at the output `[P, D]`.
  func pullback(_ x: Matrix, outputGradient: Matrix) -> Matrix {
    first.pullback(
      activation.pullback(first(x), outputGradient: second.pullback(outputGradient), team: team))
  }
}
