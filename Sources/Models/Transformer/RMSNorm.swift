import Checkpoints
import Tensors

/// A root-mean-square norm with its weight.
struct RMSNorm: Sendable {
  let weight: [Float]  // [size], 1 added where the family stores what is added to 1
  let epsilon: Float
  let team: ThreadTeam

  init(
    _ name: String, size: Int, norms: DecoderRecipe.Norms, weights: WeightScope, compute: Compute
  ) throws {
    let stored = try weights.vector("\(name).weight", count: size)
    weight = norms.addOne ? stored.map { 1 + $0 } : stored
    epsilon = Float(norms.epsilon)
    team = compute.team
  }

  /// A norm of the residual stream, `size` D.
  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, compute: Compute
  ) throws {
    try self.init(
      name, size: recipe.hiddenSize, norms: recipe.norms, weights: weights, compute: compute)
  }

  /// x `[t, size]` → `[t, size]`.
  func callAsFunction(_ x: Matrix) -> Matrix {
    rmsNorm(x, weight: weight, epsilon: epsilon, team: team)
  }

  /// x `[t, size]` over its root mean square, without the weight.
  func unweighted(_ x: Matrix) -> Matrix {
    rmsNorm(
      x, weight: [Float](repeating: 1, count: weight.count), epsilon: epsilon, team: team)
  }

  /// The gradient at x `[t, size]`.
  func pullback(_ x: Matrix, outputGradient: Matrix, rule: PullbackRule) -> Matrix {
    rmsNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient,
      holdingScale: rule.holdsNormScales, team: team)
  }
}
