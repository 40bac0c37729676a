import Checkpoints
import Tensors

/// Grouped-query causal self-attention, the first half of a decoder block.
///
/// t new tokens, S seen and new tokens, n ≤ t last rows asked for, D hidden size, H query heads,
/// G key/value heads, d head size (H·d need not be D). Follows `LlamaAttention`, `MistralAttention`
/// and `Qwen2Attention` of transformers 5.23.
struct LlamaAttention: Sendable {
  let query: Linear  // q_proj [H·d, D]
  let key: Linear  // k_proj [G·d, D]
  let value: Linear  // v_proj [G·d, D]
  let output: Linear  // o_proj [D, H·d]
  let rotary: RotaryEmbedding
  let shape: AttentionShape
  let compute: Compute

  init(_ model: TextConfiguration, block: Int, weights: WeightScope, compute: Compute) throws {
    let (d, D) = (model.headSize, model.hiddenSize)
    let (H, G) = (model.headCount, model.keyValueHeadCount)
    let (inBias, outBias) = (model.queryKeyValueBias, model.attentionOutputBias)
    query = try weights.linear("q_proj", rows: H * d, columns: D, bias: inBias, compute: compute)
    key = try weights.linear("k_proj", rows: G * d, columns: D, bias: inBias, compute: compute)
    value = try weights.linear("v_proj", rows: G * d, columns: D, bias: inBias, compute: compute)
    output = try weights.linear("o_proj", rows: D, columns: H * d, bias: outBias, compute: compute)
    rotary = RotaryEmbedding(
      headSize: d, inverseFrequencies: model.rotary.inverseFrequencies(headSize: d))
    shape = AttentionShape(
      queryHeads: H, keyValueHeads: G, headSize: d, causal: true,
      window: model.slidingWindows[block])
    self.compute = compute
  }

  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    let queries: Matrix  // [n, H·d], rotated
    let keys: Matrix  // [S, G·d], rotated
    let values: Matrix  // [S, G·d]
    let mixed: Matrix  // [n, H·d]
    let logSumExp: Matrix  // [n, H]
    let start: Int  // position of the first new token
    let tokenCount: Int  // t
  }

  /// Appends the keys and values of all rows of x `[t, D]` to the cache and attends from the last
  /// `rows` of them; returns the update `[n, D]`.
  func callAsFunction(
    _ x: Matrix, rows: Int, block: Int, cache: inout KeyValueCache, cancellation: Cancellation
  ) throws -> (update: Matrix, saved: Saved) {
    let start = cache.count(block)
    let first = start + x.rows - rows
    let asking = rows == x.rows ? x : x.slice(rows: x.rows - rows..<x.rows)
    let queries = rotary(query(asking), from: first, team: compute.team)  // [n, H·d]
    try cancellation.check()
    let newKeys = rotary(key(x), from: start, team: compute.team)
    cache.append(keys: newKeys, values: value(x), block: block)
    let (keys, values) = (cache.keys[block], cache.values[block])  // [S, G·d]
    try cancellation.check()
    let (mixed, logSumExp) = attention(
      queries, keys, values, shape: shape, firstQueryPosition: first, compute: compute)
    let saved = Saved(
      queries: queries, keys: keys, values: values, mixed: mixed, logSumExp: logSumExp,
      start: start, tokenCount: x.rows)
    try cancellation.check()
    return (output(mixed), saved)
  }

  /// The gradient at x `[t, D]` from that of the update `[n, D]`. Tokens before `start` are
  /// constants: what flows into their keys and values is dropped. What reaches the biases of all tokens'
  /// projections is added to `biasShare`.
  func pullback(
    _ saved: Saved, outputGradient: Matrix, rule: PullbackRule, biasShare: inout Double,
    cancellation: Cancellation
  ) throws -> Matrix {
    let (start, t, rows) = (saved.start, saved.tokenCount, saved.queries.rows)
    let first = start + t - rows
    let mixedGradient = output.pullback(outputGradient)
    try cancellation.check()
    let gradient = attentionPullback(
      saved.queries, saved.keys, saved.values, output: saved.mixed, logSumExp: saved.logSumExp,
      shape: shape, firstQueryPosition: first, compute: compute,
      outputGradient: mixedGradient)
    try cancellation.check()
    let new = start..<start + t
    let team = compute.team
    let valueGradient = gradient.v.slice(rows: new)
    biasShare += output.biasShare(outputGradient) + value.biasShare(valueGradient)
    // With the weights held nothing reaches queries and keys.
    if rule.holdsAttentionWeights { return value.pullback(valueGradient) }
    let keyGradient = rotary.pullback(gradient.k.slice(rows: new), from: start, team: team)
    biasShare += key.biasShare(keyGradient)
    var result = key.pullback(keyGradient) + value.pullback(valueGradient)
    try cancellation.check()
    let queryGradient = rotary.pullback(gradient.q, from: first, team: team)  // [n, H·d]
    biasShare += query.biasShare(queryGradient)
    result.add(query.pullback(queryGradient), toLastRows: rows)
    return result
  }
}
