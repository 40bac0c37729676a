import Tensors

/// The most rows of a tile: a product of that many takes less than a second at the widths of an
/// 8-billion-parameter model, and few prompts have more.
private let tileRows = 4_096

extension LinearOperator {
  /// x `[T, in]` → `[T, out]`, the rows a tile at a time, between which a cancel is seen.
  func callAsFunction(_ x: Rows, cancellation: Cancellation) throws -> Rows {
    try x.mapTiles(of: tileRows) { rows, _ in
      try cancellation.check()
      return try self(rows)
    }
  }

  /// The gradient at x `[T, in]` from that at the output `[T, out]`, likewise.
  func pullback(_ outputGradient: Rows, cancellation: Cancellation) throws -> Rows {
    try outputGradient.mapTiles(of: tileRows) { rows, _ in
      try cancellation.check()
      return try pullback(rows)
    }
  }
}
