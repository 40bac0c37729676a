/// The k largest values of each row of a matrix that arrives in tiles of columns, so that the whole of it never exists.
///
/// Exact: sorted by descending value, equal values by ascending column. NaN is never taken.
package struct RowTopK: Sendable {
  package let rows: Int
  package let k: Int
  private var taken: [[Entry]]

  private struct Entry: Sendable {
    var value: Float
    var column: Int32

    /// Whether this entry stands before `other`.
    func precedes(_ other: Entry) -> Bool {
      value > other.value || (value == other.value && column < other.column)
    }
  }

  package init(rows: Int, k: Int) {
    precondition(rows >= 0 && k >= 0, "\(k) of \(rows) rows")
    self.rows = rows
    self.k = k
    taken = Array(repeating: [], count: rows)
  }

  /// Takes in columns `firstColumn…` of every row; `positiveOnly` leaves out values that are not above zero.
  package mutating func merge(
    _ tile: Matrix, firstColumn: Int, positiveOnly: Bool, team: ThreadTeam? = nil
  ) {
    precondition(tile.rows == rows, "\(tile.rows) rows for \(rows)")
    guard k > 0 else { return }
    for row in 0..<rows {
      tile.withSpan { span in
        merge(
          row: row, span, begin: row * tile.columns, count: tile.columns, firstColumn, positiveOnly)
      }
    }
  }

  private mutating func merge(
    row: Int, _ span: Span<Float>, begin: Int, count: Int, _ firstColumn: Int, _ positiveOnly: Bool
  ) {
    var entries = taken[row]
    taken[row] = []
    for j in 0..<count {
      let value = span[begin + j]
      if value.isNaN || (positiveOnly && !(value > 0)) { continue }
      entries.append(Entry(value: value, column: Int32(firstColumn + j)))
    }
    entries.sort { $0.precedes($1) }
    if entries.count > k { entries.removeLast(entries.count - k) }
    taken[row] = entries
  }

  /// The columns of row `row` taken so far, by descending value.
  package func indices(row: Int) -> [Int32] { taken[row].map(\.column) }

  /// Their values, descending.
  package func values(row: Int) -> [Float] { taken[row].map(\.value) }
}
