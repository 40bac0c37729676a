import Checkpoints
import Tensors

/// From a tower's features to the decoder's embeddings, on some engine, with matrices of this
/// process in and out.
protocol FeatureProjector: Sendable {
  /// `[P, h · layers]` → `[tokens, D]`.
  func callAsFunction(_ x: Matrix) throws -> Matrix
  /// The gradient at x `[P, h · layers]` from that at the output `[tokens, D]`.
  func pullback(_ x: Matrix, outputGradient: Matrix) throws -> Matrix
}

/// From the tower's features to the decoder's embeddings: linear, activation, linear; a token for
/// every patch.
///
/// Follows `LlavaNextMultiModalProjector` of transformers 5.24.
struct Projector<Engine: Operators>: FeatureProjector {
  private let first: Engine.Linear  // linear_1 [D, h · layers]
  private let second: Engine.Linear  // linear_2 [D, D]
  private let activation: Activation
  private let engine: Engine

  init(_ recipe: ProjectorRecipe, weights: WeightScope, engine: Engine) throws {
    let (D, bias) = (recipe.outputSize, recipe.hasBias)
    first = try weights.linear(
      "linear_1", rows: D, columns: recipe.inputSize, bias: bias, engine: engine)
    second = try weights.linear("linear_2", rows: D, columns: D, bias: bias, engine: engine)
    activation = recipe.activation
    self.engine = engine
  }

  func callAsFunction(_ x: Matrix) throws -> Matrix {
    let inner = try engine.activated(first(engine.rows(x)), by: activation)
    return try engine.matrix(second(inner))
  }

  func pullback(_ x: Matrix, outputGradient: Matrix) throws -> Matrix {
    let inner = try engine.activationPullback(
      first(engine.rows(x)), by: activation,
      outputGradient: second.pullback(engine.rows(outputGradient)))
    return try engine.matrix(first.pullback(inner))
  }
}
