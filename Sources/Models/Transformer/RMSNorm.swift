import Checkpoints
import Tensors

/// A root-mean-square norm with its weight.
struct RMSNorm<Engine: Operators>: Sendable {
  let weight: [Float]  // [size], 1 added where the family stores what is added to 1
  let epsilon: Float
  private let engine: Engine
  private let held: Engine.Vector  // the weight

  init(
    _ name: String, size: Int, norms: DecoderRecipe.Norms, weights: WeightScope, engine: Engine
  ) throws {
    let stored = try weights.vector("\(name).weight", count: size)
    weight = norms.addOne ? stored.map { 1 + $0 } : stored
    epsilon = Float(norms.epsilon)
    self.engine = engine
    held = try engine.vector(weight)
  }

  /// A norm of the residual stream, `size` D.
  init(
    _ name: String, _ recipe: DecoderRecipe, weights: WeightScope, engine: Engine
  ) throws {
    try self.init(
      name, size: recipe.hiddenSize, norms: recipe.norms, weights: weights, engine: engine)
  }

  /// x `[t, size]` → `[t, size]`.
  func callAsFunction(_ x: Engine.Rows) throws -> Engine.Rows {
    try engine.rmsNorm(x, weight: held, epsilon: epsilon)
  }

  /// x `[t, size]` over its root mean square, without the weight.
  func unweighted(_ x: Engine.Rows) throws -> Engine.Rows {
    let ones = try engine.vector([Float](repeating: 1, count: weight.count))
    return try engine.rmsNorm(x, weight: ones, epsilon: epsilon)
  }

  /// x `[t, size]` times the weight alone.
  func weighted(_ x: Engine.Rows) throws -> Engine.Rows { try engine.scaled(x, columnsBy: held) }

  /// The gradient at x `[t, size]`.
  func pullback(
    _ x: Engine.Rows, outputGradient: Engine.Rows, rule: PullbackRule
  ) throws -> Engine.Rows {
    try engine.rmsNormPullback(
      x, weight: held, epsilon: epsilon, outputGradient: outputGradient,
      holdingScale: rule.holdsNormScales)
  }
}
