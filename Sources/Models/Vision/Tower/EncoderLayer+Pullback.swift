import Tensors

extension EncoderLayer {
  /// The gradient at x `[P, h]` from the gradient at the layer's output `[P, h]`. What the forward
  /// pass made of x is computed again: a tower has many tiles and keeps only their layers' inputs.
  func pullback(_ x: Matrix, outputGradient: Matrix) -> Matrix {
    let normed = firstNorm(x)
    let (queries, keys, values) = (query(normed), key(normed), value(normed))
    let (mixed, logSumExp) = attention(
      queries, keys, values, shape: shape, firstQueryPosition: 0, compute: compute)
    let middle = x + output(mixed)
    let inner = activation.pullback(
      widen(secondNorm(middle)), outputGradient: narrow.pullback(outputGradient),
      team: compute.team)
    let middleGradient =
      outputGradient + secondNorm.pullback(middle, outputGradient: widen.pullback(inner))
    let gradient = attentionPullback(
      queries, keys, values, output: mixed, logSumExp: logSumExp, shape: shape,
      firstQueryPosition: 0, compute: compute, outputGradient: output.pullback(middleGradient))
    let normedGradient =
      query.pullback(gradient.q) + key.pullback(gradient.k) + value.pullback(gradient.v)
    return middleGradient + firstNorm.pullback(x, outputGradient: normedGradient)
  }
}
