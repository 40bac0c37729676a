import CKernels

/// A matrix `[rows, columns]` of weights in the type of their file, read where it is mapped:
/// never copied or repacked.
///
/// Weights of 8 bits are the exception: made from others by `quantised`, they lie in memory, or
/// mapped in a file of their own.
package struct WeightMatrix: Sendable {
  package let type: ScalarType
  package let rows: Int
  package let columns: Int
  /// Of int8 weights, what each row's integers are multiplied with, `[rows]`; else nil.
  package let scales: [Float]?
  private let source: Source
  private let byteOffset: Int

  private enum Source: Sendable {
    case file(MappedFile)
    case memory(Matrix)
    case bytes(MatrixStorage)
  }

  /// The `rows * columns` elements that start at `byteOffset` of `file`, which needs no alignment.
  package init(
    file: MappedFile, byteOffset: Int, type: ScalarType, rows: Int, columns: Int,
    scales: [Float]? = nil
  ) throws(TensorError) {
    precondition(
      (type == .int8) == (scales != nil) && scales.map { $0.count == rows } ?? true,
      "\(scales?.count ?? 0) scales for \(rows) rows of \(type)")
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
      type: type, rows: rows, columns: columns, scales: scales, source: .file(file),
      byteOffset: byteOffset)
  }

  /// Weights in memory, float32.
  package init(_ matrix: Matrix) {
    self.init(
      type: .float32, rows: matrix.rows, columns: matrix.columns, scales: nil,
      source: .memory(matrix), byteOffset: 0)
  }

  /// Weights of 8 bits in memory: `rows * columns` integers.
  init(int8 integers: MatrixStorage, scales: [Float], columns: Int) {
    self.init(
      type: .int8, rows: scales.count, columns: columns, scales: scales, source: .bytes(integers),
      byteOffset: 0)
  }

  /// Weights in memory, bfloat16: two in the place of each float of `bits`.
  init(bfloat16 bits: Matrix, rows: Int, columns: Int) {
    precondition(bits.count * 2 >= rows * columns, "\(bits.count) floats for [\(rows), \(columns)]")
    self.init(
      type: .bfloat16, rows: rows, columns: columns, scales: nil, source: .memory(bits),
      byteOffset: 0)
  }

  private init(
    type: ScalarType, rows: Int, columns: Int, scales: [Float]?, source: Source, byteOffset: Int
  ) {
    self.type = type
    self.rows = rows
    self.columns = columns
    self.scales = scales
    self.source = source
    self.byteOffset = byteOffset
  }

  /// Bytes of the elements and, of int8 weights, the scales.
  package var byteCount: Int {
    rows * columns * type.byteCount + (scales?.count ?? 0) * MemoryLayout<Float>.stride
  }

  /// Whether the elements are pages of a file rather than memory of this process.
  package var isMapped: Bool { if case .file = source { true } else { false } }

  /// A view of some rows.
  package func slice(rows range: Range<Int>) -> WeightMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return WeightMatrix(
      type: type, rows: range.count, columns: columns, scales: scales.map { Array($0[range]) },
      source: source,
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
    if let scales { result.scaleRows(by: indices.map { scales[$0] }) }
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
    if let scales { result.scaleRows(by: scales) }
    return result
  }

  /// A float32 copy with rows and columns exchanged.
  package func transposedFloats() -> Matrix {
    precondition(scales == nil, "scales belong to rows")
    var result = Matrix(uninitializedRows: columns, columns: rows)
    result.storage.askForLargePages()
    unsafe withAddress { address in
      unsafe result.withMutablePointer {
        unsafe kernel_transpose(
          KernelPath.best.code, type.code, address, rows, columns, 0, columns, $0)
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

  /// Calls `body` with the elements as they lie, row by row, without the scales.
  package func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let count = rows * columns * type.byteCount
    return unsafe try withAddress { (address) throws(E) in
      try unsafe body(UnsafeRawBufferPointer(start: address, count: count).bytes)
    }
  }

  /// Calls `body` with the address of the first element, which may have any alignment.
  func withAddress<R, E: Error>(_ body: (UnsafeRawPointer) throws(E) -> R) throws(E) -> R {
    switch source {
    case .memory(let matrix):
      return unsafe try matrix.withPointer { (pointer) throws(E) in
        try unsafe body(UnsafeRawPointer(pointer) + byteOffset)
      }
    case .bytes(let storage):
      return try withExtendedLifetime(storage) { () throws(E) in
        try unsafe body(UnsafeRawPointer(storage.pointer) + byteOffset)
      }
    case .file(let file):
      return try withExtendedLifetime(file) { () throws(E) in
        // A file without bytes has only matrices without elements, whose address is never read.
        let base = unsafe file.address ?? UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
        return try unsafe body(base + byteOffset)
      }
    }
  }
}
