/// Rows that one thread takes at a time: enough that waking another costs less than it saves.
private let leastElementsPerPart = 1 << 15

/// Calls `body` for ranges that cover `0..<rows`, on the threads of `team`
/// where there is enough to do.
///
/// Every row is computed by itself, so how the rows are split never shows in the result.
func forRowRanges(
  rows: Int, columns: Int, team: ThreadTeam?, _ body: @Sendable (Range<Int>) -> Void
) {
  let parts = min(rows, (team?.threadCount ?? 1) * 4, rows * columns / leastElementsPerPart)
  guard let team, parts > 1 else {
    if rows > 0 { body(0..<rows) }
    return
  }
  team.run(parts) { part in body(rows * part / parts..<rows * (part + 1) / parts) }
}

extension Matrix {
  /// A matrix of this shape whose rows `body` writes from the rows of this one: called with
  /// source, target, number of rows.
  func mapRows(
    team: ThreadTeam?,
    _ body: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> Matrix {
    let result = Matrix(uninitializedRows: rows, columns: columns)
    forRowRanges(rows: rows, columns: columns, team: team) { range in
      let offset = range.lowerBound * columns
      unsafe withPointer { unsafe body($0 + offset, result.storage.pointer + offset, range.count) }
    }
    return result
  }

  /// As `mapRows`, from the rows of two matrices of the same shape.
  func mapRows(
    with other: Matrix, team: ThreadTeam?,
    _ body:
      @Sendable (
        UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
      ) -> Void
  ) -> Matrix {
    precondition(
      rows == other.rows && columns == other.columns,
      "[\(rows), \(columns)] and [\(other.rows), \(other.columns)]")
    let result = Matrix(uninitializedRows: rows, columns: columns)
    forRowRanges(rows: rows, columns: columns, team: team) { range in
      let offset = range.lowerBound * columns
      unsafe withPointer { a in
        unsafe other.withPointer { b in
          unsafe body(a + offset, b + offset, result.storage.pointer + offset, range.count)
        }
      }
    }
    return result
  }
}
