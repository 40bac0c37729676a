import Tensors

extension EncoderLayer {
  /// The gradient at x `[P, h]` from the gradient at the layer's output `[P, h]`. What the forward
  /// pass made of x is computed again: a tower has many tiles and keeps only their layers' inputs.
  func pullback(_ x: Engine.Rows, outputGradient: Engine.Rows) throws -> Engine.Rows {
    let (update, saved) = try attention.saving(firstNorm(x))
    let middle = try engine.sum(x, update)
    let inner = try engine.activationPullback(
      widen(secondNorm(middle)), by: activation, outputGradient: narrow.pullback(outputGradient))
    let middleGradient = try engine.sum(
      outputGradient, secondNorm.pullback(middle, outputGradient: widen.pullback(inner)))
    let normedGradient = try attention.pullback(saved, outputGradient: middleGradient)
    return try engine.sum(
      middleGradient, firstNorm.pullback(x, outputGradient: normedGradient))
  }
}
