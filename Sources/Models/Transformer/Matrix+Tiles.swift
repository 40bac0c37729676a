import Tensors

extension Matrix {
  /// Applies `body` to tiles of at most `height` rows, in order, and stacks what it returns. The
  /// second argument is the tile's rows.
  func mapTiles(
    of height: Int, _ body: (Matrix, Range<Int>) throws -> Matrix
  ) rethrows -> Matrix {
    if rows <= height { return try body(self, 0..<rows) }
    var result: Matrix?
    for start in stride(from: 0, to: rows, by: height) {
      let range = start..<min(start + height, rows)
      let tile = try body(slice(rows: range), range)
      if result == nil { result = Matrix(rows: rows, columns: tile.columns) }
      result?.replace(rows: range, with: tile)
    }
    return result ?? self
  }
}
