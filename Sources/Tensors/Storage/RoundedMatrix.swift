import CKernels

/// A row-major matrix `[rows, columns]` kept in bfloat16: half the memory of `Matrix`, a relative
/// error of 2⁻⁹ an element.
///
/// For what is kept from a forward pass to its pullback. A value: copies share
/// storage until one is changed.
package struct RoundedMatrix: Sendable {
  package private(set) var rows: Int
  package let columns: Int
  private var storage: MatrixStorage

  /// The values of `matrix`, to nearest, ties to even.
  package init(_ matrix: Matrix) {
    self.init(uninitializedRows: matrix.rows, columns: matrix.columns)
    write(matrix, atRow: 0)
  }

  private init(uninitializedRows rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    storage = MatrixStorage(byteCount: 2 * rows * columns)
  }

  /// The rows of `parts` one below the other; all have the same number of columns.
  package init(stacking parts: [RoundedMatrix]) {
    self.init(
      uninitializedRows: parts.reduce(0) { $0 + $1.rows }, columns: parts.first?.columns ?? 0)
    var row = 0
    for part in parts {
      precondition(part.columns == columns, "rows of \(part.columns) below rows of \(columns)")
      unsafe address(ofRow: row).update(from: part.address(ofRow: 0), count: part.rows * columns)
      row += part.rows
    }
  }

  package var byteCount: Int { 2 * rows * columns }

  /// A copy of some rows.
  package func slice(rows range: Range<Int>) -> RoundedMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    if range.count == rows { return self }
    let result = RoundedMatrix(uninitializedRows: range.count, columns: columns)
    unsafe result.address(ofRow: 0).update(
      from: address(ofRow: range.lowerBound), count: range.count * columns)
    return result
  }

  /// Some rows as float32.
  package func floats(rows range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    let result = Matrix(uninitializedRows: range.count, columns: columns)
    unsafe kernel_widen(
      KernelPath.best.code, ScalarType.bfloat16.code, address(ofRow: range.lowerBound),
      result.storage.pointer, result.count)
    return result
  }

  private func write(_ matrix: Matrix, atRow row: Int) {
    unsafe matrix.withPointer {
      unsafe kernel_round_to_bfloat16(
        KernelPath.best.code, $0, address(ofRow: row), matrix.count)
    }
  }

  private func address(ofRow row: Int) -> UnsafeMutablePointer<UInt16> {
    unsafe UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: UInt16.self)
      + row * columns
  }
}
