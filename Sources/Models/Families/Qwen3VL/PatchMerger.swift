import Checkpoints
import Tensors

/// From m × m neighbouring patches of the tower to one token of the decoder: norm, linear, GELU,
/// linear. Follows `Qwen3VLVisionPatchMerger` of transformers 5.24.
struct PatchMerger: Sendable {
  /// Whether the norm is over the patches of a token together or over each.
  enum NormWidth: Sendable {
    case patch
    case token
  }

  let norm: LayerNorm  // norm [h] or [m²·h]
  let first: Linear  // linear_fc1 [m²·h, m²·h]
  let second: Linear  // linear_fc2 [D, m²·h]
  let width: Int  // m²·h
  let normWidth: NormWidth
  let team: ThreadTeam

  init(
    _ model: Qwen3VLVisionConfiguration, norm normWidth: NormWidth, weights: WeightScope,
    compute: Compute
  ) throws {
    let width = model.hiddenSize * model.mergeSize * model.mergeSize
    norm = try LayerNorm(
      "norm", size: normWidth == .patch ? model.hiddenSize : width,
      epsilon: Qwen3VLVisionConfiguration.normEpsilon, weights: weights, compute: compute)
    first = try weights.linear(
      "linear_fc1", rows: width, columns: width, bias: true, compute: compute)
    second = try weights.linear(
      "linear_fc2", rows: model.outputSize, columns: width, bias: true, compute: compute)
    self.width = width
    self.normWidth = normWidth
    team = compute.team
  }

  /// Patches `[P, h]`, those of a token one after the other → `[P / m², D]`.
  func callAsFunction(_ patches: Matrix) -> Matrix {
    let merged =
      switch normWidth {
      case .patch: norm(patches).reshaped(columns: width)
      case .token: norm(patches.reshaped(columns: width))
      }
    return second(Activation.gelu(first(merged), team: team))
  }
}
