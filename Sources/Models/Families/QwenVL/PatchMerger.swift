import Checkpoints
import Tensors

/// From m × m neighbouring patches of the tower to one token of the decoder: norm, linear, GELU,
/// linear. Follows `Qwen3VLVisionPatchMerger` and `Qwen2_5_VLPatchMerger` of transformers 5.24.
struct PatchMerger: Sendable {
  enum Norm: Sendable {
    /// Over each patch, `[h]`.
    case ofPatches(LayerNorm)
    /// Over the patches of a token together, `[m²·h]`.
    case ofTokens(LayerNorm)
    /// Over each patch, without a mean, `[h]`.
    case rootMeanSquare(RMSNorm)
  }

  let norm: Norm
  let first: Linear  // linear_fc1, mlp.0 [m²·h, m²·h]
  let second: Linear  // linear_fc2, mlp.2 [D, m²·h]
  let width: Int  // m²·h
  let team: ThreadTeam

  /// - Parameters:
  ///   - width: m²·h.
  ///   - outputSize: D.
  ///   - names: of the two linear layers.
  init(
    width: Int, outputSize: Int, norm: Norm, names: (first: String, second: String),
    weights: WeightScope, compute: Compute
  ) throws {
    self.norm = norm
    first = try weights.linear(
      names.first, rows: width, columns: width, bias: true, compute: compute)
    second = try weights.linear(
      names.second, rows: outputSize, columns: width, bias: true, compute: compute)
    self.width = width
    team = compute.team
  }

  /// Patches `[P, h]`, those of a token one after the other → `[P / m², D]`.
  func callAsFunction(_ patches: Matrix) -> Matrix {
    let merged =
      switch norm {
      case .ofPatches(let norm): norm(patches).reshaped(columns: width)
      case .ofTokens(let norm): norm(patches.reshaped(columns: width))
      case .rootMeanSquare(let norm): norm(patches).reshaped(columns: width)
      }
    return second(Activation.gelu(first(merged), team: team))
  }
}
