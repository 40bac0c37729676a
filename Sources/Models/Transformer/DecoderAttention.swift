import Checkpoints
import Tensors

/// Grouped-query causal self-attention, the first half of a decoder block.
///
/// t new tokens, S seen and new tokens, n ≤ t last rows asked for, D hidden size, H query heads, G
/// key/value heads, d head size (H·d need not be D). Follows `LlamaAttention`, `MistralAttention`,
/// `Qwen2Attention` and, with norms on queries and keys, `Qwen3Attention` and `Gemma3Attention` of
/// transformers 5.24. Where the sequence has spans that see each other both ways, a query of one
/// sees its keys to the span's end: in layers with a window those behind it all, those before it
/// within the window.
struct DecoderAttention<Engine: Operators>: Sendable {
  let query: Engine.Linear  // q_proj [H·d, D]
  let key: Engine.Linear  // k_proj [G·d, D]
  let value: Engine.Linear  // v_proj [G·d, D]
  let output: Engine.Linear  // o_proj [D, H·d]
  let queryNorm: HeadNorm<Engine>?  // q_norm
  let keyNorm: HeadNorm<Engine>?  // k_norm
  let rotary: RotaryEmbedding
  let shape: AttentionShape
  let engine: Engine

  init(_ recipe: DecoderRecipe, block: Int, weights: WeightScope, engine: Engine) throws {
    let (d, D) = (recipe.headSize, recipe.hiddenSize)
    let (H, G) = (recipe.headCount, recipe.keyValueHeadCount)
    let (inBias, outBias) = (recipe.biases.queriesKeysAndValues, recipe.biases.attentionOutput)
    query = try weights.linear("q_proj", rows: H * d, columns: D, bias: inBias, engine: engine)
    key = try weights.linear("k_proj", rows: G * d, columns: D, bias: inBias, engine: engine)
    value = try weights.linear("v_proj", rows: G * d, columns: D, bias: inBias, engine: engine)
    output = try weights.linear("o_proj", rows: D, columns: H * d, bias: outBias, engine: engine)
    func norm(_ name: String) throws -> HeadNorm<Engine>? {
      guard recipe.norms.areOnQueriesAndKeys else { return nil }
      return try HeadNorm(name, recipe, weights: weights, engine: engine)
    }
    queryNorm = try norm("q_norm")
    keyNorm = try norm("k_norm")
    let layer = recipe.layers[block]
    rotary = RotaryEmbedding(layer.rotary, headSize: d)
    shape = AttentionShape(
      queryHeads: H, keyValueHeads: G, headSize: d, scale: recipe.attentionScale.map { Float($0) },
      causal: true, window: layer.window)
    self.engine = engine
  }

  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    let queries: Engine.Rows  // [n, H·d], rotated
    let keys: Engine.Rows  // [S, G·d], rotated
    let values: Engine.Rows  // [S, G·d]
    let mixed: Engine.Rows  // [n, H·d]
    let logSumExp: Engine.Rows  // [n, H]
    let unnormedQueries: Engine.Rows?  // [n, H·d], the projection's, where a norm follows
    let unnormedKeys: Engine.Rows?  // [t, G·d], likewise
    let positions: Positions  // of the t new tokens
    let spans: BidirectionalSpans  // of the sequence
  }

  /// Appends the keys and values of all rows of x `[t, D]` to the cache and attends from the last
  /// `rows` of them; returns the update `[n, D]`.
  func callAsFunction(
    _ x: Engine.Rows, rows: Int, block: Int, cache: inout KeyValueCache, cancellation: Cancellation
  ) throws -> (update: Engine.Rows, saved: Saved) {
    let start = cache.count(block)
    let positions = Positions(after: start, count: x.rows, in: cache.traits.places)
    let (queries, unnormedQueries) = try rotated(
      try query(x.last(rows), cancellation: cancellation), norm: queryNorm,
      at: positions.suffix(rows))  // [n, H·d]
    let (newKeys, unnormedKeys) = try rotated(
      try key(x, cancellation: cancellation), norm: keyNorm, at: positions)
    let newValues = try value(x, cancellation: cancellation)
    try cache.append(keys: newKeys, values: newValues, block: block)
    let (keys, values) = cache.held(block, as: Engine.Rows.self)  // [S, G·d]
    let asked = start + x.rows - rows..<start + x.rows
    let (mixed, logSumExp) = try engine.attention(
      queries, keys, values, shape: shape, firstQueryPosition: asked.lowerBound,
      keyEnds: cache.spans.keyEnds(of: asked), cancellation: cancellation)
    let saved = Saved(
      queries: queries, keys: keys, values: values, mixed: mixed, logSumExp: logSumExp,
      unnormedQueries: unnormedQueries, unnormedKeys: unnormedKeys, positions: positions,
      spans: cache.spans)
    return (try output(mixed, cancellation: cancellation), saved)
  }

  /// Queries or keys `[t, heads·d]` of a projection as attention takes them, normed where there is
  /// a norm, then rotated; and as they were, where its pullback needs them.
  func rotated(
    _ x: Engine.Rows, norm: HeadNorm<Engine>?, at positions: Positions
  ) throws -> (rotated: Engine.Rows, unnormed: Engine.Rows?) {
    precondition(x.rows == positions.count, "\(x.rows) rows at \(positions.count) positions")
    guard let norm else {
      return (try engine.rotated(x, by: rotary, at: positions.rows), nil)
    }
    return (try engine.rotated(norm(x), by: rotary, at: positions.rows), x)
  }

  /// The gradient at x `[t, D]` from that of the update `[n, D]`. Tokens before the new ones are
  /// constants: what flows into their keys and values is dropped. What reaches the biases of all
  /// tokens' projections is added to `biasShare`. A rule that holds norms' scales holds those of
  /// queries and keys, too; one that holds the attention weights lets nothing reach them.
  func pullback(
    _ saved: Saved, outputGradient: Engine.Rows, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    let (positions, rows) = (saved.positions, saved.queries.rows)
    let (start, t) = (saved.keys.rows - positions.count, positions.count)
    let mixedGradient = try output.pullback(outputGradient, cancellation: cancellation)
    try cancellation.check()
    let asked = start + t - rows..<start + t
    let gradient = try engine.attentionPullback(
      saved.queries, saved.keys, saved.values, output: saved.mixed, logSumExp: saved.logSumExp,
      shape: shape, firstQueryPosition: asked.lowerBound,
      keyEnds: saved.spans.keyEnds(of: asked), outputGradient: mixedGradient)
    try cancellation.check()
    let new = start..<start + t
    let valueGradient = gradient.v.slice(rows: new)
    biasShare += try output.biasShare(outputGradient) + value.biasShare(valueGradient)
    // With the weights held nothing reaches queries and keys.
    if rule.holdsAttentionWeights {
      return try value.pullback(valueGradient, cancellation: cancellation)
    }
    let keyGradient = try unrotated(
      gradient.k.slice(rows: new), norm: keyNorm, unnormed: saved.unnormedKeys, at: positions,
      rule: rule)
    biasShare += try key.biasShare(keyGradient)
    var result = try key.pullback(keyGradient, cancellation: cancellation)
    result = try engine.sum(result, value.pullback(valueGradient, cancellation: cancellation))
    try cancellation.check()
    let queryGradient = try unrotated(
      gradient.q, norm: queryNorm, unnormed: saved.unnormedQueries,
      at: positions.suffix(rows), rule: rule)  // [n, H·d]
    biasShare += try query.biasShare(queryGradient)
    try engine.add(
      query.pullback(queryGradient, cancellation: cancellation), to: &result, atRow: t - rows)
    return result
  }

  /// The gradient at the projection's output from that of what `rotated` made of it.
  private func unrotated(
    _ outputGradient: Engine.Rows, norm: HeadNorm<Engine>?, unnormed: Engine.Rows?,
    at positions: Positions, rule: PullbackRule
  ) throws -> Engine.Rows {
    precondition(outputGradient.rows == positions.count, "a gradient of other positions")
    let gradient = try engine.rotationPullback(outputGradient, by: rotary, at: positions.rows)
    guard let norm, let unnormed else { return gradient }
    return try norm.pullback(unnormed, outputGradient: gradient, rule: rule)
  }
}
