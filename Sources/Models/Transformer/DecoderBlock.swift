import Checkpoints
import Tensors

/// One decoder block: m = x + attention(norm(x)), then m + mlp(norm(m)); in some families each
/// half's update goes through a norm of its own before it is added.
///
/// Follows `DecoderLayer` of transformers 5.24, which Mistral, Qwen2 and Qwen3 share, and
/// `Gemma3DecoderLayer`.
struct DecoderBlock<Engine: Operators>: Sendable {
  let attentionNorm: RMSNorm<Engine>  // input_layernorm
  let attention: DecoderAttention<Engine>  // self_attn
  let attentionUpdateNorm: UpdateNorm<Engine>  // post_attention_layernorm of families that have it
  let feedForwardNorm: RMSNorm<Engine>  // post_attention_layernorm, there pre_feedforward_layernorm
  let feedForward: FeedForward<Engine>  // mlp
  let feedForwardUpdateNorm: UpdateNorm<Engine>  // post_feedforward_layernorm
  let index: Int
  let engine: Engine

  init(_ recipe: DecoderRecipe, index: Int, weights: WeightScope, engine: Engine) throws {
    attentionNorm = try RMSNorm("input_layernorm", recipe, weights: weights, engine: engine)
    attention = try DecoderAttention(
      recipe, block: index, weights: weights["self_attn"], engine: engine)
    let isOnUpdates = recipe.norms.areOnUpdates
    attentionUpdateNorm = try UpdateNorm(
      "post_attention_layernorm", recipe, weights: weights, engine: engine)
    feedForwardNorm = try RMSNorm(
      isOnUpdates ? "pre_feedforward_layernorm" : "post_attention_layernorm", recipe,
      weights: weights, engine: engine)
    feedForwardUpdateNorm = try UpdateNorm(
      "post_feedforward_layernorm", recipe, weights: weights, engine: engine)
    feedForward = try FeedForward(recipe, weights: weights["mlp"], engine: engine)
    self.index = index
    self.engine = engine
  }

  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    /// Nil where the run began between the halves.
    var attention: AttentionHalf?
    let middle: Engine.Rows  // m [n, D], after attention
    let unnormedInner: Engine.Rows?  // the feed-forward half's update [n, D], where a norm follows
    var feedForward: FeedForward<Engine>.Saved?  // of the n rows; nil: computed again
    let engine: Engine
  }

  /// Of its first half.
  struct AttentionHalf: Sendable {
    let input: Engine.Rows  // x [t, D]
    let unnormedUpdate: Engine.Rows?  // [n, D], where a norm follows
    let saved: DecoderAttention<Engine>.Saved
  }

  /// x `[t, D]` → m, `[n, D]` of the last `rows` rows; the keys and values of all rows join the
  /// cache.
  func attentionHalf(
    _ x: Engine.Rows, rows: Int, cache: inout KeyValueCache, tap: inout SiteTap,
    cancellation: Cancellation
  ) throws -> (middle: Engine.Rows, saved: AttentionHalf) {
    try cancellation.check()
    let (unnormed, saved) = try attention(
      attentionNorm(x), rows: rows, block: index, cache: &cache, cancellation: cancellation)
    let update = try attentionUpdateNorm(unnormed)
    let middle = try engine.sum(x.last(rows), update)
    try tap.meet(Site(.attentionHeads, block: index), engine.matrix(saved.mixed))
    try tap.meet(Site(.attentionModule, block: index), engine.matrix(unnormed))
    try tap.meet(Site(.attentionOut, block: index), engine.matrix(update))
    try tap.meet(Site(.residualMid, block: index), engine.matrix(middle))
    let half = AttentionHalf(
      input: x, unnormedUpdate: attentionUpdateNorm.kept(unnormed), saved: saved)
    return (middle, half)
  }

  /// m `[n, D]` → the block's output `[n, D]`, with what the pullback needs beside
  /// the first half's. `keepingGates` keeps the half's activations where the precision allows it.
  func feedForwardHalf(
    _ middle: Engine.Rows, keepingGates: Bool = false, tap: inout SiteTap,
    cancellation: Cancellation
  ) throws -> (output: Engine.Rows, saved: Saved) {
    try cancellation.check()
    let normed = try feedForwardNorm(middle)
    let inner: Engine.Rows
    var gates: FeedForward<Engine>.Saved?
    if keepingGates, feedForward.keepsRounded {
      (inner, gates) = try feedForward.saving(normed, cancellation: cancellation)
    } else {
      inner = try feedForward(normed, cancellation: cancellation)
    }
    let update = try feedForwardUpdateNorm(inner)
    try tap.meet(
      Site(.feedForwardNormed, block: index), engine.matrix(feedForwardNorm.unweighted(middle)))
    try tap.meet(Site(.feedForwardIn, block: index), engine.matrix(normed))
    try tap.meet(Site(.feedForwardModule, block: index), engine.matrix(inner))
    try tap.meet(Site(.feedForwardOut, block: index), engine.matrix(update))
    let saved = Saved(
      attention: nil, middle: middle, unnormedInner: feedForwardUpdateNorm.kept(inner),
      feedForward: gates, engine: engine)
    return (try engine.sum(middle, update), saved)
  }

  /// The gradient at x `[t, D]` from that at m `[n, D]`. What reaches projections' biases is added
  /// to `biasShare`.
  func attentionPullback(
    _ half: AttentionHalf, middleGradient: Engine.Rows, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    try cancellation.check()
    let normedGradient = try attention.pullback(
      half.saved,
      outputGradient: attentionUpdateNorm.pullback(
        half.unnormedUpdate, outputGradient: middleGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    var result = try attentionNorm.pullback(
      half.input, outputGradient: normedGradient, rule: rule)
    try engine.add(middleGradient, to: &result, atRow: result.rows - middleGradient.rows)
    return result
  }

  /// The gradient at m `[n, D]` from that of the block's output `[n, D]`.
  func feedForwardPullback(
    _ saved: Saved, outputGradient: Engine.Rows, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    try cancellation.check()
    let middle = saved.middle
    let inner = try feedForward.pullback(
      feedForwardNorm(middle), saved: saved.feedForward,
      outputGradient: feedForwardUpdateNorm.pullback(
        saved.unnormedInner, outputGradient: outputGradient, rule: rule),
      rule: rule, biasShare: &biasShare, cancellation: cancellation)
    return try engine.sum(
      outputGradient, feedForwardNorm.pullback(middle, outputGradient: inner, rule: rule))
  }
}
