extension Matrix {
  /// Some rows, one below the other.
  package func rows(_ indices: [Int]) -> Matrix {
    WeightMatrix(self).gather(rows: indices)
  }

  /// The dot product of each row with the same row of `other`, summed in double
  /// precision: `[T, D]` twice → `[T]`.
  package func rowDots(_ other: Matrix) -> [Double] {
    precondition(rows == other.rows && columns == other.columns, "matrices of two shapes")
    return withSpan { a in
      other.withSpan { b in
        (0..<rows).map { row in
          var sum = 0.0
          for index in row * columns..<(row + 1) * columns {
            sum += Double(a[index]) * Double(b[index])
          }
          return sum
        }
      }
    }
  }

  /// Adds `[t, D]` to the rows from `row` on.
  package mutating func add(_ other: Matrix, atRow row: Int) {
    if row == 0, other.rows == rows {
      self += other
    } else {
      let range = row..<row + other.rows
      replace(rows: range, with: slice(rows: range) + other)
    }
  }
}
