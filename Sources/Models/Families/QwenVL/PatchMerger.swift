import Checkpoints
import Tensors

/// From m × m neighbouring patches of the tower to one token of the decoder: norm, linear, GELU,
/// linear. Follows `Qwen3VLVisionPatchMerger` and `Qwen2_5_VLPatchMerger` of transformers 5.24.
struct PatchMerger<Engine: Operators>: Sendable {
  enum Norm: Sendable {
    /// Over each patch, `[h]`.
    case ofPatches(LayerNorm<Engine>)
    /// Over the patches of a token together, `[m²·h]`.
    case ofTokens(LayerNorm<Engine>)
    /// Over each patch, without a mean, `[h]`.
    case rootMeanSquare(RMSNorm<Engine>)
  }

  let norm: Norm
  let first: Engine.Linear  // linear_fc1, mlp.0 [m²·h, m²·h]
  let second: Engine.Linear  // linear_fc2, mlp.2 [D, m²·h]
  let width: Int  // m²·h
  let engine: Engine

  /// - Parameters:
  ///   - width: m²·h.
  ///   - outputSize: D.
  ///   - names: of the two linear layers.
  init(
    width: Int, outputSize: Int, norm: Norm, names: (first: String, second: String),
    weights: WeightScope, engine: Engine
  ) throws {
    self.norm = norm
    first = try weights.linear(
      names.first, rows: width, columns: width, bias: true, engine: engine)
    second = try weights.linear(
      names.second, rows: outputSize, columns: width, bias: true, engine: engine)
    self.width = width
    self.engine = engine
  }

  /// Patches `[P, h]`, those of a token one after the other → `[P / m², D]`.
  func callAsFunction(_ patches: Engine.Rows) throws -> Engine.Rows {
    let merged =
      switch norm {
      case .ofPatches(let norm): try norm(patches).reshaped(columns: width)
      case .ofTokens(let norm): try norm(patches.reshaped(columns: width))
      case .rootMeanSquare(let norm): try norm(patches).reshaped(columns: width)
      }
    return try second(engine.activated(first(merged), by: .gelu))
  }
}
