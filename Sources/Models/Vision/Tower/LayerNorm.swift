import Checkpoints
import Tensors

/// A layer norm with its weights.
struct LayerNorm<Engine: Operators>: Sendable {
  let weight: Engine.Vector  // [h]
  let bias: Engine.Vector  // [h]
  let epsilon: Float
  private let engine: Engine

  init(
    _ name: String, _ recipe: EncoderRecipe, weights: WeightScope, engine: Engine
  ) throws {
    try self.init(
      name, size: recipe.hiddenSize, epsilon: recipe.normEpsilon, weights: weights,
      engine: engine)
  }

  init(
    _ name: String, size: Int, epsilon: Double, weights: WeightScope, engine: Engine
  ) throws {
    weight = try engine.vector(weights.vector("\(name).weight", count: size))
    bias = try engine.vector(weights.vector("\(name).bias", count: size))
    self.epsilon = Float(epsilon)
    self.engine = engine
  }

  /// x `[P, h]` → `[P, h]`.
  func callAsFunction(_ x: Engine.Rows) throws -> Engine.Rows {
    try engine.layerNorm(x, weight: weight, bias: bias, epsilon: epsilon)
  }

  /// The gradient at x `[P, h]` from the gradient at the output.
  func pullback(_ x: Engine.Rows, outputGradient: Engine.Rows) throws -> Engine.Rows {
    try engine.layerNormPullback(
      x, weight: weight, epsilon: epsilon, outputGradient: outputGradient)
  }
}
