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
    let input: Matrix  // x [t, D]
    let middle: Matrix  // m [n, D], after attention
    let unnormedUpdate: Matrix?  // attention's [n, D], where a norm follows
    var unnormedInner: Matrix?  // the feed-forward half's [n, D], likewise
    let attention: DecoderAttention.Saved
    var feedForward: FeedForward.Saved?  // of the n rows; nil: computed again
  }

  /// Runs the block on x `[t, D]`: the keys and values of all rows join the cache, the output
  /// `[n, D]` is that of the last `rows` rows alone. `keepingGates` keeps the feed-forward half's
  /// activations where the precision allows it.
  func callAsFunction(
    _ x: Matrix, rows: Int, cache: inout KeyValueCache, keepingGates: Bool = false,
    cancellation: Cancellation
  ) throws -> (output: Matrix, saved: Saved) {
    try cancellation.check()
    let (update, saved) = try attention(
      attentionNorm(x), rows: rows, block: index, cache: &cache, cancellation: cancellation)
    let middle =
      (rows == x.rows ? x : x.slice(rows: x.rows - rows..<x.rows)) + attentionUpdateNorm(update)
    try cancellation.check()
    let normed = feedForwardNorm(middle)
    var result = Saved(
      input: x, middle: middle, unnormedUpdate: attentionUpdateNorm.kept(update),
      attention: saved)
    let inner: Matrix
    if keepingGates, feedForward.keepsRounded {
      (inner, result.feedForward) = try feedForward.saving(normed, cancellation: cancellation)
    } else {
      inner = try feedForward(normed, cancellation: cancellation)
    }
    result.unnormedInner = feedForwardUpdateNorm.kept(inner)
    return (middle + feedForwardUpdateNorm(inner), result)
  }

  /// The gradient at x `[t, D]` from that of the output `[n, D]`. What reaches projections' biases
  /// is added to `biasShare`.
  func pullback(
    _ saved: Saved, outputGradient: Matrix, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Matrix {
    try cancellation.check()
    let (x, middle) = (saved.input, saved.middle)
    let inner = try feedForward.pullback(
      feedForwardNorm(middle), saved: saved.feedForward,
      outputGradient: feedForwardUpdateNorm.pullback(
        saved.unnormedInner, outputGradient: outputGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    let middleGradient =
      outputGradient + feedForwardNorm.pullback(middle, outputGradient: inner, rule: rule)
    try cancellation.check()
    let normedGradient = try attention.pullback(
      saved.attention,
      outputGradient: attentionUpdateNorm.pullback(
        saved.unnormedUpdate, outputGradient: middleGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    var result = attentionNorm.pullback(x, outputGradient: normedGradient, rule: rule)
    result.add(middleGradient, toLastRows: middle.rows)
    return result
  }
}
