import Tensors

extension Matrix {
  /// These rows as the last of `count`, the others being zero.
  func asLastRows(of count: Int) -> Matrix {
    guard rows < count else { return self }
    var result = Matrix(rows: count, columns: columns)
    result.replace(rows: count - rows..<count, with: self)
    return result
  }
}
