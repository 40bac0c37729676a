package import Tensors

extension TorchOperators {
  /// x `[T, heads·d]`, its rows at `positions`, rotated.
  package func rotated(
    _ x: TorchArray, by embedding: RotaryEmbedding, at positions: RowPositions
  ) throws -> TorchArray {
    try rotate(x, embedding, positions, sign: 1)
  }

  /// The gradient before the rotation from the gradient after it.
  package func rotationPullback(
    _ outputGradient: TorchArray, by embedding: RotaryEmbedding, at positions: RowPositions
  ) throws -> TorchArray {
    try rotate(outputGradient, embedding, positions, sign: -1)
  }

  private func rotate(
    _ x: TorchArray, _ embedding: RotaryEmbedding, _ positions: RowPositions, sign: Double
  ) throws -> TorchArray {
    let (d, half) = (embedding.headSize, embedding.headSize / 2)
    precondition(d > 0 && x.columns % d == 0, "rows of \(x.columns) for heads of \(d)")
    if case .listed(let axes) = positions {
      precondition(
        axes.allSatisfy { $0.count == x.rows } && embedding.axes.allSatisfy { $0 < axes.count },
        "positions of \(axes.map(\.count)) rows for \(x.rows)")
    }
    guard x.rows > 0 else { return x }
    let turns = try constants.turns(embedding, at: positions, rows: x.rows)
    let sizes = [x.rows, x.columns / d, half]
    let strides = [x.columns, d, 1]
    let a = try x.view(sizes, strides: strides)
    let b = try x.view(sizes, strides: strides, offset: half)
    let result = try device.empty([x.rows, x.columns])
    // a c − b s, b c + a s; the opposite angle changes the sign of s.
    try result.view(sizes, strides: strides).fill(
      from: a.times(turns.cosines).plus(b.times(turns.sines), scale: -sign))
    try result.view(sizes, strides: strides, offset: half).fill(
      from: b.times(turns.cosines).plus(a.times(turns.sines), scale: sign))
    return like(x, result)
  }
}
