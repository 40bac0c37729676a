/// A row-major float32 matrix `[rows, columns]` with value semantics: copies share
/// storage until one is changed.
package struct Matrix: Sendable {
  package private(set) var rows: Int
  package let columns: Int
  @usableFromInline var storage: MatrixStorage

  /// All zeros.
  package init(rows: Int, columns: Int) {
    self.init(uninitializedRows: rows, columns: columns)
    unsafe storage.pointer.initialize(repeating: 0, count: rows * columns)
  }

  /// From `rows * columns` values, row by row.
  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(
      values.count == rows * columns, "\(values.count) values for \(rows) rows of \(columns)")
    self.init(uninitializedRows: rows, columns: columns)
    unsafe values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe storage.pointer.update(from: base, count: source.count)
    }
  }

  /// The rows of `matrices` one below the other; all have the same number of columns.
  package init(stacking matrices: [Matrix]) {
    let columns = matrices.first?.columns ?? 0
    self.init(uninitializedRows: 0, columns: columns)
    reserve(rows: matrices.reduce(0) { $0 + $1.rows })
    for matrix in matrices { append(matrix) }
  }

  /// With any values: for operators that write every element.
  init(uninitializedRows rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix of \(rows) rows and \(columns) columns")
    self.rows = rows
    self.columns = columns
    storage = MatrixStorage(capacity: rows * columns)
  }

  private init(rows: Int, columns: Int, sharing storage: MatrixStorage) {
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// The same values, row by row, in rows of another length.
  package func reshaped(columns newColumns: Int) -> Matrix {
    precondition(
      newColumns > 0 && count.isMultiple(of: newColumns), "rows of \(newColumns) from \(count)")
    return Matrix(rows: count / newColumns, columns: newColumns, sharing: storage)
  }

  @inlinable package var count: Int { rows * columns }

  @inlinable package subscript(row: Int, column: Int) -> Float {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      return unsafe storage.pointer[row * columns + column]
    }
    set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      makeUnique()
      unsafe storage.pointer[row * columns + column] = newValue
    }
  }

  /// All values, row by row.
  package var values: [Float] {
    unsafe withPointer { unsafe Array(UnsafeBufferPointer(start: $0, count: count)) }
  }

  package func row(_ row: Int) -> [Float] {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    return unsafe withPointer {
      unsafe Array(UnsafeBufferPointer(start: $0 + row * columns, count: columns))
    }
  }

  /// A copy of some rows.
  package func slice(rows range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    if range.count == rows { return self }
    let result = Matrix(uninitializedRows: range.count, columns: columns)
    unsafe withPointer {
      unsafe result.storage.pointer.update(
        from: $0 + range.lowerBound * columns, count: range.count * columns)
    }
    return result
  }

  package mutating func setRow(_ row: Int, _ values: [Float]) {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(values.count == columns, "\(values.count) values for a row of \(columns)")
    makeUnique()
    unsafe values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe (storage.pointer + row * columns).update(from: base, count: columns)
    }
  }

  /// Overwrites some rows with as many of `matrix`.
  package mutating func replace(rows range: Range<Int>, with matrix: Matrix) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    precondition(
      matrix.rows == range.count && matrix.columns == columns,
      "[\(matrix.rows), \(matrix.columns)] for rows \(range) of \(columns)")
    makeUnique()
    let target = unsafe storage.pointer + range.lowerBound * columns
    unsafe matrix.withPointer { unsafe target.update(from: $0, count: matrix.count) }
  }

  /// Adds rows at the end; the room grows by half at least, so that many appends cost
  /// one copy each on average.
  package mutating func append(_ matrix: Matrix) {
    precondition(matrix.columns == columns, "rows of \(matrix.columns) to rows of \(columns)")
    let needed = (rows + matrix.rows) * columns
    if needed > storage.capacity {
      resize(capacity: max(needed, storage.capacity + storage.capacity / 2))
    } else if !isKnownUniquelyReferenced(&storage) {
      resize(capacity: storage.capacity)
    }
    let target = unsafe storage.pointer + count
    unsafe matrix.withPointer { unsafe target.update(from: $0, count: matrix.count) }
    rows += matrix.rows
  }

  /// Drops all rows from `rows` on; the room stays.
  package mutating func truncate(rows count: Int) {
    precondition(count >= 0 && count <= rows, "\(count) of \(rows) rows")
    rows = count
  }

  /// Makes room for `rows` rows altogether.
  package mutating func reserve(rows: Int) {
    if rows * columns > storage.capacity { resize(capacity: rows * columns) }
  }

  /// Calls `body` with all values, row by row.
  package func withSpan<R>(_ body: (Span<Float>) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) {
      try unsafe body(UnsafeBufferPointer(start: storage.pointer, count: count).span)
    }
  }

  /// Calls `body` with all values, row by row, for changing them.
  package mutating func withMutableSpan<R>(
    _ body: (inout MutableSpan<Float>) throws -> R
  ) rethrows -> R {
    makeUnique()
    return try withExtendedLifetime(storage) {
      let buffer = unsafe UnsafeMutableBufferPointer(start: storage.pointer, count: count)
      var span = unsafe buffer.mutableSpan
      return try body(&span)
    }
  }

  /// Calls `body` with the address of the first value.
  func withPointer<R, E: Error>(_ body: (UnsafePointer<Float>) throws(E) -> R) throws(E) -> R {
    try withExtendedLifetime(storage) { () throws(E) in
      try unsafe body(UnsafePointer(storage.pointer))
    }
  }

  /// Calls `body` with the address of the first value, for writing.
  mutating func withMutablePointer<R>(
    _ body: (UnsafeMutablePointer<Float>) throws -> R
  ) rethrows -> R {
    makeUnique()
    return try withExtendedLifetime(storage) { try unsafe body(storage.pointer) }
  }

  /// Gives this value storage of its own where another value shares it.
  @inlinable mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { copyStorage() }
  }

  @usableFromInline mutating func copyStorage() { resize(capacity: count) }

  private mutating func resize(capacity: Int) {
    let grown = MatrixStorage(capacity: capacity)
    unsafe withPointer { unsafe grown.pointer.update(from: $0, count: count) }
    storage = grown
  }
}

extension Matrix: Equatable {
  /// Same shape and equal values (NaN equals nothing).
  package static func == (a: Matrix, b: Matrix) -> Bool {
    guard a.rows == b.rows, a.columns == b.columns else { return false }
    return a.withSpan { left in
      b.withSpan { right in left.indices.allSatisfy { left[$0] == right[$0] } }
    }
  }
}
