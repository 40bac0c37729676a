import CKernels

/// A matrix `[rows, columns]` of weights in the type of their file, read where it is mapped: never copied or repacked.
package struct WeightMatrix: Sendable {
  package let type: ScalarType
  package let rows: Int
  package let columns: Int
  private let source: Source
  private let byteOffset: Int

  private enum Source: Sendable {
    case file(MappedFile)
    case memory(Matrix)
  }

  /// The `rows * columns` elements that start at `byteOffset` of `file`, which needs no alignment.
  package init(
    file: MappedFile, byteOffset: Int, type: ScalarType, rows: Int, columns: Int
  ) throws(TensorError) {
    let elements = rows.multipliedReportingOverflow(by: columns)
    let bytes = elements.partialValue.multipliedReportingOverflow(by: type.byteCount)
    guard rows >= 0, columns >= 0, !elements.overflow, !bytes.overflow else {
      throw .badShape(rows: rows, columns: columns)
    }
    guard byteOffset >= 0, bytes.partialValue <= file.byteCount,
      byteOffset <= file.byteCount - bytes.partialValue
    else {
      throw .outOfBounds(
        path: file.path, range: "\(bytes.partialValue) from \(byteOffset)",
        byteCount: file.byteCount)
    }
    self.init(
      type: type, rows: rows, columns: columns, source: .file(file), byteOffset: byteOffset)
  }

  /// Weights in memory, float32.
  package init(_ matrix: Matrix) {
    self.init(
      type: .float32, rows: matrix.rows, columns: matrix.columns, source: .memory(matrix),
      byteOffset: 0)
  }

  /// Weights in memory, bfloat16: two in the place of each float of `bits`.
  init(bfloat16 bits: Matrix, rows: Int, columns: Int) {
    precondition(bits.count * 2 >= rows * columns, "\(bits.count) floats for [\(rows), \(columns)]")
    self.init(
      type: .bfloat16, rows: rows, columns: columns, source: .memory(bits), byteOffset: 0)
  }

  private init(type: ScalarType, rows: Int, columns: Int, source: Source, byteOffset: Int) {
    self.type = type
    self.rows = rows
    self.columns = columns
    self.source = source
    self.byteOffset = byteOffset
  }

  package var byteCount: Int { rows * columns * type.byteCount }

  /// A view of some rows.
  package func slice(rows range: Range<Int>) -> WeightMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return WeightMatrix(
      type: type, rows: range.count, columns: columns, source: source,
      byteOffset: byteOffset + range.lowerBound * columns * type.byteCount)
  }

  /// float32 copies of the rows `indices`, in that order.
  package func gather(rows indices: [Int]) -> Matrix {
    var result = Matrix(uninitializedRows: indices.count, columns: columns)
    let size = columns * type.byteCount
    unsafe withAddress { address in
      unsafe result.withMutablePointer { target in
        for (i, row) in indices.enumerated() {
          precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
          unsafe kernel_widen(
            KernelPath.best.code, type.code, address + row * size, target + i * columns, columns)
        }
      }
    }
    return result
  }

  /// A float32 copy of everything.
  package func floats() -> Matrix {
    var result = Matrix(uninitializedRows: rows, columns: columns)
    unsafe withAddress { address in
      unsafe result.withMutablePointer {
        unsafe kernel_widen(KernelPath.best.code, type.code, address, $0, rows * columns)
      }
    }
    return result
  }

  /// The first infinity or NaN, row by row.
  package func firstNonFinite() -> (row: Int, column: Int)? {
    let index = unsafe withAddress {
      unsafe kernel_first_non_finite(type.code, $0, rows * columns)
    }
    return index < rows * columns ? (index / columns, index % columns) : nil
  }

  /// Calls `body` with the address of the first element, which may have any alignment.
  func withAddress<R>(_ body: (UnsafeRawPointer) throws -> R) rethrows -> R {
    switch source {
    case .memory(let matrix):
      return unsafe try matrix.withPointer { try unsafe body(UnsafeRawPointer($0) + byteOffset) }
    case .file(let file):
      return try withExtendedLifetime(file) {
        // A file without bytes has only matrices without elements, whose address is never read.
        let base = unsafe file.address ?? UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
        return try unsafe body(base + byteOffset)
      }
    }
  }
}
