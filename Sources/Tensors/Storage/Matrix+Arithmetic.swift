import CKernels

extension Matrix {
  package static func + (a: Matrix, b: Matrix) -> Matrix {
    var result = a
    result += b
    return result
  }

  package static func += (a: inout Matrix, b: Matrix) { a.add(b, scaledBy: 1) }

  package static func - (a: Matrix, b: Matrix) -> Matrix {
    var result = a
    result.add(b, scaledBy: -1)
    return result
  }

  /// self += scale · matrix
  package mutating func add(_ matrix: Matrix, scaledBy scale: Float) {
    precondition(
      rows == matrix.rows && columns == matrix.columns,
      "[\(rows), \(columns)] and [\(matrix.rows), \(matrix.columns)]")
    let count = count
    unsafe withMutablePointer { target in
      unsafe matrix.withPointer { source in
        unsafe kernel_add_scaled(KernelPath.best.code, target, source, scale, count)
      }
    }
  }

  package func scaled(by scale: Float) -> Matrix {
    var result = self
    result.withMutableSpan { span in
      for i in span.indices { span[i] *= scale }
    }
    return result
  }

  /// Multiplies each row with its factor.
  mutating func scaleRows(by factors: [Float]) {
    precondition(factors.count == rows, "\(factors.count) factors for \(rows) rows")
    let columns = columns
    withMutableSpan { span in
      for (row, factor) in factors.enumerated() {
        for i in row * columns..<(row + 1) * columns { span[i] *= factor }
      }
    }
  }

  /// Σ over the columns of row `row` times `vector`.
  package func dot(row: Int, with vector: [Float]) -> Float {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(vector.count == columns, "\(vector.count) values for rows of \(columns)")
    return unsafe withPointer { pointer in
      unsafe kernel_dot(KernelPath.best.code, pointer + row * columns, vector, columns)
    }
  }

  /// max |x|; 0 without elements, NaN where there is a NaN.
  package var maxMagnitude: Float {
    unsafe withPointer { unsafe kernel_max_magnitude(KernelPath.best.code, $0, count) }
  }

  /// max |self − other| / max |other|; 0 for equal matrices, also of zeros.
  package func relativeError(to other: Matrix) -> Float {
    precondition(
      rows == other.rows && columns == other.columns,
      "[\(rows), \(columns)] and [\(other.rows), \(other.columns)]")
    let difference = unsafe withPointer { a in
      unsafe other.withPointer { b in
        unsafe kernel_max_difference(KernelPath.best.code, a, b, count)
      }
    }
    return difference == 0 ? 0 : difference / other.maxMagnitude
  }

  /// The first infinity or NaN, row by row.
  package func firstNonFinite() -> (row: Int, column: Int)? {
    let index = unsafe withPointer {
      unsafe kernel_first_non_finite(ScalarType.float32.code, $0, count)
    }
    return index < count ? (index / columns, index % columns) : nil
  }
}
