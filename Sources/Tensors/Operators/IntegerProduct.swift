import CKernels

/// Nearly x·Wᵀ, `[T, in]` → `[T, out]`, by ranges of outputs: both factors are rounded to 16-bit
/// integers times a scale of their row, activations once for all ranges, weights as they are read.
///
/// How far it lies from x·Wᵀ, `ErrorBound` says.
struct IntegerProduct {
  private let weight: WeightMatrix
  private let scales: [Float]
  private let rows: Int
  private let packed: MatrixStorage
  private let rowScales: [Float]
  private let compute: Compute

  /// - Parameter scales: of the rows of `weight`, as `RoundedWeights` measured them.
  init(_ x: Matrix, _ weight: WeightMatrix, scales: [Float], compute: Compute) {
    precondition(x.columns == weight.columns, "[T, \(x.columns)] into [T, \(weight.columns)]")
    precondition(scales.count == weight.rows, "\(scales.count) scales for \(weight.rows) outputs")
    (self.weight, self.scales, self.compute, rows) = (weight, scales, compute, x.rows)
    packed = MatrixStorage(
      byteCount: x.rows * kernel_integer_stride(x.columns) * MemoryLayout<Int16>.stride)
    rowScales = IntegerRows(WeightMatrix(x), compute: compute, integers: packed).scales
  }

  /// Writes the columns `outputs` of y to `tile`: see `TiledProduct.write`.
  func write(_ outputs: Range<Int>, to tile: inout Matrix) {
    if tile.rows != rows || tile.columns != outputs.count {
      tile = Matrix(uninitializedRows: rows, columns: outputs.count)
    }
    guard tile.count > 0 else { return }
    let part = weight.slice(rows: outputs)
    let ranges = TiledProduct.parts(of: outputs.count, rows: rows, part, compute)
    unsafe tile.withMutablePointer { pointer in
      nonisolated(unsafe) let target = unsafe pointer
      compute.team.run(ranges.count) { index in
        unsafe run(part, first: outputs.lowerBound, ranges[index], target)
      }
    }
  }

  private func run(
    _ part: WeightMatrix, first: Int, _ range: Range<Int>, _ target: UnsafeMutablePointer<Float>
  ) {
    let scratch = MatrixStorage(byteCount: kernel_integer_scratch_bytes(part.columns))
    unsafe part.withAddress { address in
      unsafe scales.withUnsafeBufferPointer { scales in
        unsafe rowScales.withUnsafeBufferPointer { rowScales in
          guard let scales = scales.baseAddress else { return }
          var product = unsafe kernel_integer_product(
            weights: address, type: part.type.code, rows: part.rows, columns: part.columns,
            tokens: rows, scales: scales + first,
            x: UnsafeRawPointer(packed.pointer).assumingMemoryBound(to: Int16.self),
            x_scales: rowScales.baseAddress)
          unsafe kernel_integer_forward(
            compute.path.code, &product, range.lowerBound, range.upperBound, target,
            scratch.pointer)
        }
      }
    }
  }
}
