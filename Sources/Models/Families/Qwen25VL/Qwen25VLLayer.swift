import Checkpoints
import Tensors

/// One layer of Qwen2.5-VL's tower: x + attention(norm1(x)), then x + mlp(norm2(x)), its norms
/// without a mean, its feed-forward half gated.
///
/// P patches of one picture, h width. Follows `Qwen2_5_VLVisionBlock` of transformers 5.24.
struct Qwen25VLLayer<Engine: Operators>: Sendable {
  let firstNorm: RMSNorm<Engine>  // norm1
  let attention: TowerAttention<Engine>  // attn
  let secondNorm: RMSNorm<Engine>  // norm2
  let feedForward: FeedForward<Engine>  // mlp
  private let engine: Engine

  init(_ model: Qwen25VLVisionConfiguration, weights: WeightScope, engine: Engine) throws {
    let h = model.hiddenSize
    self.engine = engine
    let norms = DecoderRecipe.Norms(epsilon: Qwen25VLVisionConfiguration.normEpsilon)
    func norm(_ name: String) throws -> RMSNorm<Engine> {
      try RMSNorm(name, size: h, norms: norms, weights: weights, engine: engine)
    }
    (firstNorm, secondNorm) = (try norm("norm1"), try norm("norm2"))
    attention = try TowerAttention(
      hiddenSize: h, headCount: model.headCount, names: .qwen, weights: weights, engine: engine)
    feedForward = try FeedForward(
      hiddenSize: h, intermediateSize: model.intermediateSize, bias: true, activation: .silu,
      weights: weights["mlp"], engine: engine)
  }

  /// x `[P, h]` → `[P, h]`; turning and windows as `TowerAttention` has them.
  func callAsFunction(
    _ x: Engine.Rows, turning: TowerTurning, windows: [Range<Int>]?, cancellation: Cancellation
  ) throws -> Engine.Rows {
    let update = try attention(
      firstNorm(x), turning: turning, windows: windows, cancellation: cancellation)
    let middle = try engine.sum(x, update)
    return try engine.sum(middle, feedForward(secondNorm(middle), cancellation: cancellation))
  }
}
