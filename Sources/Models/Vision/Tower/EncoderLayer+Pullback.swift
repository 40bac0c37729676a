import Tensors

extension EncoderLayer {
  /// The gradient at x `[P, h]` from the gradient at the layer's output `[P, h]`. What the forward
  /// pass made of x is computed again: a tower has many tiles and keeps only their layers' inputs.
  func pullback(_ x: Matrix, outputGradient: Matrix) -> Matrix {
    let (update, saved) = attention.saving(firstNorm(x))
    let middle = x + update
    let inner = activation.pullback(
      widen(secondNorm(middle)), outputGradient: narrow.pullback(outputGradient), team: team)
    let middleGradient =
      outputGradient + secondNorm.pullback(middle, outputGradient: widen.pullback(inner))
    let normedGradient = attention.pullback(saved, outputGradient: middleGradient)
    return middleGradient + firstNorm.pullback(x, outputGradient: normedGradient)
  }
}
