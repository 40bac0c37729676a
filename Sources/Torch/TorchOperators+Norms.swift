extension TorchOperators {
  /// weight ⊙ x (mean(x²) + epsilon)^-½ for each row of x `[T, D]`.
  package func rmsNorm(
    _ x: TorchArray, weight: TorchVector, epsilon: Float
  ) throws -> TorchArray {
    requireCount(weight, x)
    let rows = try x.tensor()
    let normed = try rows.times(inverseRootMeanSquare(x, epsilon)).times(weight.tensor)
    return like(x, normed)
  }

  /// The gradient at x from that at y; with `holdingScale` each row's factor is a constant.
  package func rmsNormPullback(
    _ x: TorchArray, weight: TorchVector, epsilon: Float, outputGradient: TorchArray,
    holdingScale: Bool
  ) throws -> TorchArray {
    requireCount(weight, x)
    requireShape(x, outputGradient)
    let r = try inverseRootMeanSquare(x, epsilon)
    let weighted = try outputGradient.tensor().times(weight.tensor)
    let held = try weighted.times(r)
    if holdingScale { return like(x, held) }
    // w g r − x mean(w g x) r³
    let rows = try x.tensor()
    let along = try mean(weighted.times(rows), x).times(r).times(r).times(r)
    return like(x, try held.minus(rows.times(along)))
  }

  /// weight ⊙ (x − mean) (variance + epsilon)^-½ + bias for each row of x `[T, D]`.
  package func layerNorm(
    _ x: TorchArray, weight: TorchVector, bias: TorchVector, epsilon: Float
  ) throws -> TorchArray {
    requireCount(weight, x)
    requireCount(bias, x)
    let (normed, _) = try standardised(x, epsilon)
    return like(x, try normed.times(weight.tensor).plus(bias.tensor))
  }

  /// The gradient at x from that at y.
  package func layerNormPullback(
    _ x: TorchArray, weight: TorchVector, epsilon: Float, outputGradient: TorchArray
  ) throws -> TorchArray {
    requireCount(weight, x)
    requireShape(x, outputGradient)
    // With n = (x − mean) r and h = w g: r (h − mean(h) − n mean(h n)).
    let (normed, r) = try standardised(x, epsilon)
    let weighted = try outputGradient.tensor().times(weight.tensor)
    let along = try normed.times(mean(weighted.times(normed), x))
    return like(x, try weighted.minus(mean(weighted, x)).minus(along).times(r))
  }

  /// (mean(x²) + epsilon)^-½, `[T, 1]`.
  private func inverseRootMeanSquare(_ x: TorchArray, _ epsilon: Float) throws -> TorchTensor {
    let rows = try x.tensor()
    return try mean(rows.times(rows), x).plus(epsilon).rsqrt()
  }

  /// (x − mean) r `[T, D]`, and r = (variance + epsilon)^-½ `[T, 1]`.
  private func standardised(
    _ x: TorchArray, _ epsilon: Float
  ) throws -> (normed: TorchTensor, r: TorchTensor) {
    let rows = try x.tensor()
    let centered = try rows.minus(mean(rows, x))
    let r = try mean(centered.times(centered), x).plus(epsilon).rsqrt()
    return (try centered.times(r), r)
  }

  /// The mean of each row of a tensor of x's shape, `[T, 1]`.
  private func mean(_ values: TorchTensor, _ x: TorchArray) throws -> TorchTensor {
    try rowSums(values, rows: x.rows, columns: x.columns).times(1 / Float(x.columns))
  }
}
