import Tensors

extension Linear {
  /// The most rows of a tile: a product of that many takes less than a second at the widths of an
  /// 8-billion-parameter model, and few prompts have more.
  private static let tileRows = 4_096

  /// x `[T, in]` → `[T, out]`, the rows a tile at a time, between which a cancel is seen.
  func callAsFunction(_ x: Matrix, cancellation: Cancellation) throws -> Matrix {
    try x.mapTiles(of: Self.tileRows) { rows, _ in
      try cancellation.check()
      return self(rows)
    }
  }

  /// The gradient at x `[T, in]` from that at the output `[T, out]`, likewise.
  func pullback(_ outputGradient: Matrix, cancellation: Cancellation) throws -> Matrix {
    try outputGradient.mapTiles(of: Self.tileRows) { rows, _ in
      try cancellation.check()
      return pullback(rows)
    }
  }
}
