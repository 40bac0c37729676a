import Tensors

extension TowerAttention {
  /// What the pullback needs of a forward pass.
  struct Saved: Sendable {
    let queries: Matrix  // [P, h]
    let keys: Matrix  // [P, h]
    let values: Matrix  // [P, h]
    let mixed: Matrix  // [P, h]
    let logSumExp: Matrix  // [P, H]
  }

  /// x `[P, h]`, normed, neither turned nor in windows → what is added to the stream `[P, h]`.
  func saving(_ x: Matrix) -> (update: Matrix, saved: Saved) {
    let (queries, keys, values) = (query(x), key(x), value(x))
    let (mixed, logSumExp) = attention(
      queries, keys, values, shape: shape, firstQueryPosition: 0, compute: compute)
    let saved = Saved(
      queries: queries, keys: keys, values: values, mixed: mixed, logSumExp: logSumExp)
    return (output(mixed), saved)
  }

  /// The gradient at x `[P, h]` from that at what is added `[P, h]`.
  func pullback(_ saved: Saved, outputGradient: Matrix) -> Matrix {
    let gradient = attentionPullback(
      saved.queries, saved.keys, saved.values, output: saved.mixed, logSumExp: saved.logSumExp,
      shape: shape, firstQueryPosition: 0, compute: compute,
      outputGradient: output.pullback(outputGradient))
    return query.pullback(gradient.q) + key.pullback(gradient.k) + value.pullback(gradient.v)
  }
}
