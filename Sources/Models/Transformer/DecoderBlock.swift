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
    let input: Matrix  // x [t, D]
    let middle: Matrix  // m [n, D], after attention
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
    let middle = (rows == x.rows ? x : x.slice(rows: x.rows - rows..<x.rows)) + update
    try cancellation.check()
    let normed = feedForwardNorm(middle)
    var result = Saved(input: x, middle: middle, attention: saved)
    let inner: Matrix
    if keepingGates, feedForward.keepsRounded {
      (inner, result.feedForward) = try feedForward.saving(normed, cancellation: cancellation)
    } else {
      inner = try feedForward(normed, cancellation: cancellation)
    }
    return (middle + inner, result)
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
      feedForwardNorm(middle), saved: saved.feedForward, outputGradient: outputGradient,
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    let middleGradient =
      outputGradient + feedForwardNorm.pullback(middle, outputGradient: inner, rule: rule)
    try cancellation.check()
    let normedGradient = try attention.pullback(
      saved.attention, outputGradient: middleGradient, rule: rule, biasShare: &biasShare,
      cancellation: cancellation)
    var result = attentionNorm.pullback(x, outputGradient: normedGradient, rule: rule)
    result.add(middleGradient, toLastRows: middle.rows)
    return result
  }
}
