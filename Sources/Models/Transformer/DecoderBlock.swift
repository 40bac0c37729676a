import Checkpoints
import Tensors

/// One decoder block: m = x + attention(norm(x)), then m + mlp(norm(m)); in some families each
/// half's update goes through a norm of its own before it is added.
///
/// Follows `DecoderLayer` of transformers 5.24, which Mistral, Qwen2 and Qwen3 share, and
/// `Gemma3DecoderLayer`.
struct DecoderBlock: Sendable {
  let attentionNorm: RMSNorm  // input_layernorm
  let attention: DecoderAttention  // self_attn
  let attentionUpdateNorm: UpdateNorm  // post_attention_layernorm of families that have it
  let feedForwardNorm: RMSNorm  // post_attention_layernorm, there pre_feedforward_layernorm
  let feedForward: FeedForward  // mlp
  let feedForwardUpdateNorm: UpdateNorm  // post_feedforward_layernorm
  let index: Int

  init(_ recipe: DecoderRecipe, index: Int, weights: WeightScope, compute: Compute) throws {
    attentionNorm = try RMSNorm("input_layernorm", recipe, weights: weights, compute: compute)
    attention = try DecoderAttention(
      recipe, block: index, weights: weights["self_attn"], compute: compute)
    let isOnUpdates = recipe.norms.areOnUpdates
    attentionUpdateNorm = try UpdateNorm(
      "post_attention_layernorm", recipe, weights: weights, compute: compute)
    feedForwardNorm = try RMSNorm(
      isOnUpdates ? "pre_feedforward_layernorm" : "post_attention_layernorm", recipe,
      weights: weights, compute: compute)
    feedForwardUpdateNorm = try UpdateNorm(
      "post_feedforward_layernorm", recipe, weights: weights, compute: compute)
    feedForward = try FeedForward(recipe, weights: weights["mlp"], compute: compute)
    self.index = index
  }

  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    /// Nil where the run began between the halves.
    var attention: AttentionHalf?
    let middle: Matrix  // m [n, D], after attention
    let unnormedInner: Matrix?  // the feed-forward half's update [n, D], where a norm follows
    var feedForward: FeedForward.Saved?  // of the n rows; nil: computed again
  }

  /// Of its first half.
  struct AttentionHalf: Sendable {
    let input: Matrix  // x [t, D]
    let unnormedUpdate: Matrix?  // [n, D], where a norm follows
    let saved: DecoderAttention.Saved
  }

  /// x `[t, D]` → m, `[n, D]` of the last `rows` rows; the keys and values of all rows join the
  /// cache.
  func attentionHalf(
    _ x: Matrix, rows: Int, cache: inout KeyValueCache, tap: inout SiteTap,
    cancellation: Cancellation
  ) throws -> (middle: Matrix, saved: AttentionHalf) {
    try cancellation.check()
    let (unnormed, saved) = try attention(
      attentionNorm(x), rows: rows, block: index, cache: &cache, cancellation: cancellation)
    let update = attentionUpdateNorm(unnormed)
    let middle = x.last(rows) + update
    tap.meet(Site(.attentionHeads, block: index), saved.mixed)
    tap.meet(Site(.attentionModule, block: index), unnormed)
    tap.meet(Site(.attentionOut, block: index), update)
    tap.meet(Site(.residualMid, block: index), middle)
    let half = AttentionHalf(
      input: x, unnormedUpdate: attentionUpdateNorm.kept(unnormed), saved: saved)
    return (middle, half)
  }

  /// m `[n, D]` → the block's output `[n, D]`, with what the pullback needs beside
  /// the first half's. `keepingGates` keeps the half's activations where the precision allows it.
  func feedForwardHalf(
    _ middle: Matrix, keepingGates: Bool = false, tap: inout SiteTap, cancellation: Cancellation
  ) throws -> (output: Matrix, saved: Saved) {
    try cancellation.check()
    let normed = feedForwardNorm(middle)
    let inner: Matrix
    var gates: FeedForward.Saved?
    if keepingGates, feedForward.keepsRounded {
      (inner, gates) = try feedForward.saving(normed, cancellation: cancellation)
    } else {
      inner = try feedForward(normed, cancellation: cancellation)
    }
    let update = feedForwardUpdateNorm(inner)
    tap.meet(Site(.feedForwardNormed, block: index), feedForwardNorm.unweighted(middle))
    tap.meet(Site(.feedForwardIn, block: index), normed)
    tap.meet(Site(.feedForwardModule, block: index), inner)
    tap.meet(Site(.feedForwardOut, block: index), update)
    let saved = Saved(
      attention: nil, middle: middle, unnormedInner: feedForwardUpdateNorm.kept(inner),
      feedForward: gates)
    return (middle + update, saved)
  }

  /// The gradient at x `[t, D]` from that at m `[n, D]`. What reaches projections' biases is added
  /// to `biasShare`.
  func attentionPullback(
    _ half: AttentionHalf, middleGradient: Matrix, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Matrix {
    try cancellation.check()
    let normedGradient = try attention.pullback(
      half.saved,
      outputGradient: attentionUpdateNorm.pullback(
        half.unnormedUpdate, outputGradient: middleGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
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
      feedForwardNorm(middle), saved: saved.feedForward,
      outputGradient: feedForwardUpdateNorm.pullback(
        saved.unnormedInner, outputGradient: outputGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    return outputGradient + feedForwardNorm.pullback(middle, outputGradient: inner, rule: rule)
  }
}
