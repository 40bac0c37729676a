/// A row-major matrix `[rows, columns]` of float32 where an engine holds it. A value: what becomes
/// of a copy is not seen in another.
package protocol RowArray: Sendable {
  var rows: Int { get }
  var columns: Int { get }
  /// Bytes of the values.
  var byteCount: Int { get }

  /// Some rows; they may be a view of these.
  func slice(rows range: Range<Int>) -> Self
  /// The same values, row by row, in rows of another length.
  func reshaped(columns: Int) -> Self
  /// Adds rows at the end.
  mutating func append(_ other: Self) throws
  /// Drops all rows from `rows` on.
  mutating func truncate(rows: Int)
  /// Makes room for `rows` rows altogether, so that appending does not copy.
  mutating func reserve(rows: Int) throws
}

extension RowArray {
  package var byteCount: Int { rows * columns * MemoryLayout<Float>.stride }

  /// No rows of this width.
  package var withoutRows: Self { slice(rows: 0..<0) }

  /// The last `count` rows.
  package func last(_ count: Int) -> Self {
    count == rows ? self : slice(rows: rows - count..<rows)
  }

  /// Applies `body` to tiles of at most `height` rows, in order, and stacks what it returns. The
  /// second argument is the tile's rows.
  package func mapTiles(
    of height: Int, _ body: (Self, Range<Int>) throws -> Self
  ) throws -> Self {
    if rows <= height { return try body(self, 0..<rows) }
    var result: Self?
    for start in stride(from: 0, to: rows, by: height) {
      let range = start..<min(start + height, rows)
      let tile = try body(slice(rows: range), range)
      if result == nil {
        result = tile.withoutRows
        try result?.reserve(rows: rows)
      }
      try result?.append(tile)
    }
    return result ?? self
  }
}

/// The same in bfloat16: half the memory, for what is kept from a forward pass to its pullback.
package protocol RoundedRowArray: Sendable {
  var byteCount: Int { get }
  func slice(rows range: Range<Int>) -> Self
}
