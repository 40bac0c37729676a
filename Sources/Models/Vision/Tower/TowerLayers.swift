import Checkpoints
import Tensors

/// A vision tower's layers on some engine, with matrices of this process in and out.
///
/// P tokens of one tile, h width.
protocol TowerLayers: Sendable {
  var count: Int { get }

  /// The residual stream x `[P, h]` from before the first of `range` to behind its last.
  func run(_ x: Matrix, layers range: Range<Int>, cancellation: Cancellation) throws -> Matrix
  /// The gradient at a layer's input x `[P, h]` from that at its output.
  func pullback(_ x: Matrix, layer: Int, outputGradient: Matrix) throws -> Matrix
  /// The norm behind the last layer, in a tower that has one; else x `[P, h]`.
  func normed(_ x: Matrix) throws -> Matrix
  /// The gradient before that norm.
  func normPullback(_ x: Matrix, outputGradient: Matrix) throws -> Matrix
}

struct EngineTowerLayers<Engine: Operators>: TowerLayers {
  private let layers: [EncoderLayer<Engine>]  // encoder.layers.N
  private let lastNorm: LayerNorm<Engine>?  // post_layernorm
  private let engine: Engine

  init(
    _ model: VisionConfiguration, output: TowerOutput, weights: WeightScope, engine: Engine
  ) throws {
    layers = try (0..<output.layerCount(of: model)).map {
      try EncoderLayer(model.layer, weights: weights["encoder.layers.\($0)"], engine: engine)
    }
    lastNorm =
      output == .normed
      ? try LayerNorm("post_layernorm", model.layer, weights: weights, engine: engine) : nil
    self.engine = engine
  }

  var count: Int { layers.count }

  func run(_ x: Matrix, layers range: Range<Int>, cancellation: Cancellation) throws -> Matrix {
    var x = try engine.rows(x)
    for layer in layers[range] { x = try layer(x, cancellation: cancellation) }
    return try engine.matrix(x)
  }

  func pullback(_ x: Matrix, layer: Int, outputGradient: Matrix) throws -> Matrix {
    let gradient = try layers[layer].pullback(
      engine.rows(x), outputGradient: engine.rows(outputGradient))
    return try engine.matrix(gradient)
  }

  func normed(_ x: Matrix) throws -> Matrix {
    guard let lastNorm else { return x }
    return try engine.matrix(lastNorm(engine.rows(x)))
  }

  func normPullback(_ x: Matrix, outputGradient: Matrix) throws -> Matrix {
    guard let lastNorm else { return outputGradient }
    let gradient = try lastNorm.pullback(
      engine.rows(x), outputGradient: engine.rows(outputGradient))
    return try engine.matrix(gradient)
  }
}
