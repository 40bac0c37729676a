import Checkpoints
import Tensors

/// A layer norm with its weights.
struct LayerNorm: Sendable {
  let weight: [Float]  // [h]
  let bias: [Float]  // [h]
  let epsilon: Float
  let team: ThreadTeam

  init(
    _ name: String, _ recipe: EncoderRecipe, weights: WeightScope, compute: Compute
  ) throws {
    try self.init(
      name, size: recipe.hiddenSize, epsilon: recipe.normEpsilon, weights: weights,
      compute: compute)
  }

  init(
    _ name: String, size: Int, epsilon: Double, weights: WeightScope, compute: Compute
  ) throws {
    weight = try weights.vector("\(name).weight", count: size)
    bias = try weights.vector("\(name).bias", count: size)
    self.epsilon = Float(epsilon)
    team = compute.team
  }

  /// x `[P, h]` → `[P, h]`.
  func callAsFunction(_ x: Matrix) -> Matrix {
    layerNorm(x, weight: weight, bias: bias, epsilon: epsilon, team: team)
  }

  /// The gradient at x `[P, h]` from the gradient at the output.
  func pullback(_ x: Matrix, outputGradient: Matrix) -> Matrix {
    layerNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient, team: team)
  }
}
