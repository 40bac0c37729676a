import Tensors

extension TowerAttention {
  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    let queries: Engine.Rows  // [P, h]
    let keys: Engine.Rows  // [P, h]
    let values: Engine.Rows  // [P, h]
    let mixed: Engine.Rows  // [P, h]
    let logSumExp: Engine.Rows  // [P, H]
  }

  /// x `[P, h]`, normed, neither turned nor in windows → what is added to the stream `[P, h]`.
  func saving(_ x: Engine.Rows) throws -> (update: Engine.Rows, saved: Saved) {
    let (queries, keys, values) = (try query(x), try key(x), try value(x))
    let (mixed, logSumExp) = try engine.attention(
      queries, keys, values, shape: shape, firstQueryPosition: 0, keyEnds: nil,
      cancellation: .never)
    let saved = Saved(
      queries: queries, keys: keys, values: values, mixed: mixed, logSumExp: logSumExp)
    return (try output(mixed), saved)
  }

  /// The gradient at x `[P, h]` from that at what is added `[P, h]`.
  func pullback(_ saved: Saved, outputGradient: Engine.Rows) throws -> Engine.Rows {
    let gradient = try engine.attentionPullback(
      saved.queries, saved.keys, saved.values, output: saved.mixed, logSumExp: saved.logSumExp,
      shape: shape, firstQueryPosition: 0, keyEnds: nil,
      outputGradient: output.pullback(outputGradient))
    let ofQueriesAndKeys = try engine.sum(query.pullback(gradient.q), key.pullback(gradient.k))
    return try engine.sum(ofQueriesAndKeys, value.pullback(gradient.v))
  }
}
