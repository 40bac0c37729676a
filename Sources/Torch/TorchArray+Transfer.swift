package import Tensors

extension TorchDevice {
  /// A matrix of the host's.
  package func upload(_ matrix: Matrix) throws -> TorchArray {
    let result = try empty([matrix.rows, matrix.columns])
    try WeightMatrix(matrix).withBytes { (bytes: RawSpan) throws in
      try write(bytes, [matrix.rows, matrix.columns], .float32, to: result)
    }
    return TorchArray(result, rows: matrix.rows, columns: matrix.columns)
  }

  /// Bytes of the largest piece that is copied between two looks at a cancellation.
  private static let pieceBytes = 64 << 20

  /// Weights in the type of their file, by pieces of whole rows; `check` is asked before each with
  /// the rows that are there already.
  /// - Throws: `TorchError.unsupported` for int8, and what `check` throws.
  func upload(_ weight: WeightMatrix, check: (Int) throws -> Void) throws -> TorchTensor {
    let type = try TorchType(weight.type)
    let result = try empty([weight.rows, weight.columns], type)
    let step = max(1, Self.pieceBytes / max(1, weight.columns * type.byteCount))
    for first in stride(from: 0, to: weight.rows, by: step) {
      try check(first)
      let piece = weight.slice(rows: first..<min(first + step, weight.rows))
      let sizes = [piece.rows, piece.columns]
      let target = try result.view(sizes, offset: first * weight.columns)
      try piece.withBytes { (bytes: RawSpan) throws in
        try write(bytes, sizes, type, to: target)
      }
    }
    return result
  }

  /// Whole numbers, such as places of rows.
  func upload(_ numbers: [Int]) throws -> TorchTensor {
    let result = try empty([numbers.count], .int64)
    let values = numbers.map { Int64($0) }
    try unsafe write(values.span.bytes, [values.count], .int64, to: result)
    return result
  }

  func upload(_ numbers: [Float]) throws -> TorchTensor {
    let result = try empty([numbers.count])
    try unsafe write(numbers.span.bytes, [numbers.count], .float32, to: result)
    return result
  }

  /// Waits until the bytes are copied.
  private func write(
    _ bytes: RawSpan, _ sizes: [Int], _ type: TorchType, to target: TorchTensor
  ) throws {
    precondition(
      bytes.byteCount == sizes.reduce(type.byteCount, *), "\(bytes.byteCount) bytes for \(sizes)")
    guard bytes.byteCount > 0 else { return }
    try unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      // It is read alone: what torch has no word for.
      let source = unsafe try over(UnsafeMutableRawPointer(mutating: base), sizes, type)
      try target.fill(from: source)
    }
  }
}

extension TorchTensor {
  /// All its elements as float32, as `[rows, columns]` of the host's; waits for them.
  func download(rows: Int, columns: Int) throws -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    guard rows * columns > 0 else { return result }
    let source = try view([rows, columns])
    try result.withMutableSpan { span in
      try unsafe span.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        let target = unsafe try device.over(base, [rows, columns], .float32)
        try target.fill(from: source)
      }
    }
    return result
  }

  /// The first `count` of its elements, in another type.
  func download<Number: BitwiseCopyable>(
    _ count: Int, as type: TorchType, zero: Number
  ) throws -> [Number] {
    var result = [Number](repeating: zero, count: count)
    precondition(MemoryLayout<Number>.stride == type.byteCount, "numbers of another size")
    guard count > 0 else { return result }
    let source = try view([count])
    var span = result.mutableSpan
    try unsafe span.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      let target = unsafe try device.over(base, [count], type)
      try target.fill(from: source)
    }
    return result
  }
}

extension TorchArray {
  /// The values as a matrix of the host's; waits until they are there.
  package func download() throws -> Matrix {
    try tensor().download(rows: rows, columns: columns)
  }
}

extension TorchType {
  init(_ type: ScalarType) throws(TorchError) {
    switch type {
    case .float32: self = .float32
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .int8:
      throw .unsupported(what: "weights of 8 bits", expected: "bfloat16, float16 or float32")
    }
  }
}
