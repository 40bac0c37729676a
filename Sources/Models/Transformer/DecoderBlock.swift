import Checkpoints
import Tensors

/// One decoder block: x + attention(norm(x)), then m + mlp(norm(m)).
///
/// Follows `DecoderLayer` of transformers 5.24, which Mistral, Qwen2 and Qwen3 share.
struct DecoderBlock: Sendable {
  let attentionNorm: RMSNorm  // input_layernorm
  let attention: DecoderAttention  // self_attn
  let feedForwardNorm: RMSNorm  // post_attention_layernorm
  let feedForward: FeedForward  // mlp
  let index: Int

  init(_ recipe: DecoderRecipe, index: Int, weights: WeightScope, compute: Compute) throws {
    attentionNorm = try RMSNorm("input_layernorm", recipe, weights: weights, compute: compute)
    attention = try DecoderAttention(
      recipe, block: index, weights: weights["self_attn"], compute: compute)
    feedForwardNorm = try RMSNorm(
      "post_attention_layernorm", recipe, weights: weights, compute: compute)
    feedForward = try FeedForward(recipe, weights: weights["mlp"], compute: compute)
    self.index = index
  }

  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    /// Nil where the run began between the halves.
    var attention: AttentionHalf?
    let middle: Matrix  // m [n, D], after attention
    var feedForward: FeedForward.Saved?  // of the n rows; nil: computed again
  }

  /// Of its first half.
  struct AttentionHalf: Sendable {
    let input: Matrix  // x [t, D]
    let saved: DecoderAttention.Saved
  }

  /// x `[t, D]` → m, `[n, D]` of the last `rows` rows; the keys and values of all rows join the
  /// cache.
  func attentionHalf(
    _ x: Matrix, rows: Int, cache: inout KeyValueCache, tap: inout SiteTap,
    cancellation: Cancellation
  ) throws -> (middle: Matrix, saved: AttentionHalf) {
    try cancellation.check()
    let (update, saved) = try attention(
      attentionNorm(x), rows: rows, block: index, cache: &cache, cancellation: cancellation)
    let middle = x.last(rows) + update
    tap.meet(Site(.attentionHeads, block: index), saved.mixed)
    tap.meet(Site(.attentionOut, block: index), update)
    tap.meet(Site(.residualMid, block: index), middle)
    return (middle, AttentionHalf(input: x, saved: saved))
  }

  /// m `[n, D]` → the block's output `[n, D]`. `keepingGates` keeps the half's activations where
  /// the precision allows it.
  func feedForwardHalf(
    _ middle: Matrix, keepingGates: Bool = false, tap: inout SiteTap, cancellation: Cancellation
  ) throws -> (output: Matrix, saved: FeedForward.Saved?) {
    try cancellation.check()
    let normed = feedForwardNorm(middle)
    let update: Matrix
    var saved: FeedForward.Saved?
    if keepingGates, feedForward.keepsRounded {
      (update, saved) = try feedForward.saving(normed, cancellation: cancellation)
    } else {
      update = try feedForward(normed, cancellation: cancellation)
    }
    let output = middle + update
    tap.meet(Site(.feedForwardNormed, block: index), feedForwardNorm.unweighted(middle))
    tap.meet(Site(.feedForwardIn, block: index), normed)
    tap.meet(Site(.feedForwardOut, block: index), update)
    tap.meet(Site(.residualPost, block: index), output)
    return (output, saved)
  }

  /// The gradient at x `[t, D]` from that at m `[n, D]`. What reaches projections' biases is added
  /// to `biasShare`.
  func attentionPullback(
    _ half: AttentionHalf, middleGradient: Matrix, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Matrix {
    try cancellation.check()
    let normedGradient = try attention.pullback(
      half.saved, outputGradient: middleGradient, rule: rule, biasShare: &biasShare,
      cancellation: cancellation)
    var result = attentionNorm.pullback(half.input, outputGradient: normedGradient, rule: rule)
    result.add(middleGradient, toLastRows: middleGradient.rows)
    return result
  }

  /// The gradient at m `[n, D]` from that of the block's output `[n, D]`.
  func feedForwardPullback(
    _ saved: Saved, outputGradient: Matrix, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Matrix {
    try cancellation.check()
    let middle = saved.middle
    let inner = try feedForward.pullback(
      feedForwardNorm(middle), saved: saved.feedForward, outputGradient: outputGradient,
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    return outputGradient + feedForwardNorm.pullback(middle, outputGradient: inner, rule: rule)
  }
}
