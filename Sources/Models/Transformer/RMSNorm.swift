import Checkpoints
import Tensors

/// A root-mean-square norm with its weight.
struct RMSNorm: Sendable {
  let weight: [Float]  // [D]
  let epsilon: Float
  let team: ThreadTeam

  init(
    _ name: String, _ model: TextConfiguration, weights: WeightScope, compute: Compute
  ) throws {
    weight = try weights.vector("\(name).weight", count: model.hiddenSize)
    epsilon = Float(model.normEpsilon)
    team = compute.team
  }

  /// x `[t, D]` → `[t, D]`.
  func callAsFunction(_ x: Matrix) -> Matrix {
    rmsNorm(x, weight: weight, epsilon: epsilon, team: team)
  }

  /// The gradient at x `[t, D]`.
  func pullback(_ x: Matrix, outputGradient: Matrix, rule: PullbackRule) -> Matrix {
    rmsNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient,
      holdingScale: rule.holdsNormScales, team: team)
  }
}
