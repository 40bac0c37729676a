import Tensors

extension Matrix {
  /// The last `count` rows.
  func last(_ count: Int) -> Matrix {
    count == rows ? self : slice(rows: rows - count..<rows)
  }

  /// These rows as the last of `count`, the others being zero.
  func asLastRows(of count: Int) -> Matrix {
    guard rows < count else { return self }
    var result = Matrix(rows: count, columns: columns)
    result.replace(rows: count - rows..<count, with: self)
    return result
  }

  /// Adds `other` `[n, D]` to the last n rows.
  mutating func add(_ other: Matrix, toLastRows count: Int) {
    if count == rows {
      self += other
    } else {
      let last = rows - count..<rows
      replace(rows: last, with: slice(rows: last) + other)
    }
  }
}
