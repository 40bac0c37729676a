import Checkpoints
import Tensors

/// One layer of Qwen2.5-VL's tower: x + attention(norm1(x)), then x + mlp(norm2(x)), its norms
/// without a mean, its feed-forward half gated.
///
/// P patches of one picture, h width. Follows `Qwen2_5_VLVisionBlock` of transformers 5.24.
struct Qwen25VLLayer: Sendable {
  let firstNorm: RMSNorm  // norm1
  let attention: TowerAttention  // attn
  let secondNorm: RMSNorm  // norm2
  let feedForward: FeedForward  // mlp

  init(_ model: Qwen25VLVisionConfiguration, weights: WeightScope, compute: Compute) throws {
    let h = model.hiddenSize
    let norms = DecoderRecipe.Norms(epsilon: Qwen25VLVisionConfiguration.normEpsilon)
    func norm(_ name: String) throws -> RMSNorm {
      try RMSNorm(name, size: h, norms: norms, weights: weights, compute: compute)
    }
    (firstNorm, secondNorm) = (try norm("norm1"), try norm("norm2"))
    attention = try TowerAttention(
      hiddenSize: h, headCount: model.headCount, names: .qwen, weights: weights, compute: compute)
    feedForward = try FeedForward(
      hiddenSize: h, intermediateSize: model.intermediateSize, bias: true, activation: .silu,
      weights: weights["mlp"], compute: compute)
  }

  /// x `[P, h]` → `[P, h]`; turning and windows as `TowerAttention` has them.
  func callAsFunction(
    _ x: Matrix, turning: TowerAttention.Turning, windows: [Range<Int>]?,
    cancellation: Cancellation
  ) throws -> Matrix {
    let update = try attention(
      firstNorm(x), turning: turning, windows: windows, cancellation: cancellation)
    let middle = x + update
    return middle + (try feedForward(secondNorm(middle), cancellation: cancellation))
  }
}
