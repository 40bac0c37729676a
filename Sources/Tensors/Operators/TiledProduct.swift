import CKernels

/// y = x·Wᵀ + b, `[T, in]` → `[T, out]`, by ranges of outputs, for results
/// that are never held whole.
///
/// As `Linear`, bit for bit, but the activations are packed once for all ranges.
package struct TiledProduct {
  private let weight: WeightMatrix
  private let bias: [Float]?
  private let compute: Compute
  private let rows: Int
  private let packed: MatrixStorage

  package init(_ x: Matrix, _ weight: WeightMatrix, bias: [Float]?, compute: Compute) {
    precondition(x.columns == weight.columns, "[T, \(x.columns)] into [T, \(weight.columns)]")
    precondition(
      bias.map { $0.count == weight.rows } ?? true, "a bias for \(weight.rows) outputs")
    (self.weight, self.bias, self.compute, rows) = (weight, bias, compute, x.rows)
    packed = unsafe weight.withAddress { address in
      nonisolated(unsafe) let product = unsafe Self.product(
        weight, address, tokens: x.rows, compute)
      let path = compute.path.code
      let packed = unsafe withUnsafePointer(to: product) {
        unsafe MatrixStorage(
          byteCount: kernel_product_packed_bytes(path, $0, Int32(kernel_forward)))
      }
      let groups = (x.rows + kernel_group_tokens - 1) / kernel_group_tokens
      forRowRanges(rows: groups, columns: kernel_group_tokens * x.columns, team: compute.team) {
        range in
        unsafe withUnsafePointer(to: product) { product in
          unsafe x.withPointer {
            unsafe kernel_product_pack(
              path, product, Int32(kernel_forward), $0, packed.pointer,
              range.lowerBound, range.upperBound)
          }
        }
      }
      return packed
    }
  }

  /// Writes the columns `outputs` of y to `tile`, which becomes `[T, outputs.count]` and keeps its
  /// memory where it has that shape and nobody else refers to it.
  package func write(_ outputs: Range<Int>, to tile: inout Matrix) {
    write(weight.slice(rows: outputs), first: outputs.lowerBound, to: &tile)
  }

  /// The same of rows of weights of the packed activations' type that are not this product's own:
  /// `first` is the place of their biases.
  func write(_ part: WeightMatrix, first: Int = 0, to tile: inout Matrix) {
    if tile.rows != rows || tile.columns != part.rows {
      tile = Matrix(uninitializedRows: rows, columns: part.rows)
    }
    guard tile.count > 0 else { return }
    unsafe tile.withMutablePointer { pointer in
      nonisolated(unsafe) let target = unsafe pointer
      unsafe part.withAddress { address in
        nonisolated(unsafe) let product = unsafe Self.product(
          part, address, tokens: rows, compute)
        let ranges = Self.parts(of: part.rows, rows: rows, part, compute)
        compute.team.run(ranges.count) { index in
          unsafe run(product, ranges[index], first: first, target)
        }
      }
    }
  }

  private func run(
    _ product: kernel_product, _ range: Range<Int>, first: Int,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let path = compute.path.code
    unsafe withUnsafePointer(to: product) { product in
      let scratch = unsafe MatrixStorage(
        byteCount: kernel_product_scratch_bytes(path, product, Int32(kernel_forward)))
      unsafe kernel_product_forward(
        path, product, packed.pointer, range.lowerBound, range.upperBound, target, scratch.pointer)
    }
    guard let bias else { return }
    let columns = unsafe product.rows
    unsafe bias.withUnsafeBufferPointer { bias in
      guard let bias = bias.baseAddress else { return }
      for row in 0..<rows {
        unsafe kernel_add(
          path, target + row * columns + range.lowerBound, bias + first + range.lowerBound,
          range.count)
      }
    }
  }

  private static func product(
    _ weight: WeightMatrix, _ address: UnsafeRawPointer, tokens: Int, _ compute: Compute
  ) -> kernel_product {
    precondition(weight.type != .int8, "tiled products read no scales")
    return unsafe kernel_product(
      weights: address, type: weight.type.code, rows: weight.rows, columns: weight.columns,
      tokens: tokens,
      round: compute.precision.roundsActivations && weight.type == .bfloat16 ? 1 : 0, scales: nil)
  }

  /// Whole panels of the kernels, as many ranges for one thread as for another, and several where
  /// there are enough, so that a slow one does not keep the others waiting.
  static func parts(
    of outputs: Int, rows: Int, _ weight: WeightMatrix, _ compute: Compute
  ) -> [Range<Int>] {
    let (threads, panel) = (compute.team.threadCount, 128)
    guard threads > 1, rows * outputs * weight.columns >= 1 << 17 else { return [0..<outputs] }
    let each = max(1, min(8, outputs / (threads * panel)))
    let unit = outputs >= panel * threads ? panel : 32
    let size = max(unit, (outputs + threads * each * unit - 1) / (threads * each * unit) * unit)
    return stride(from: 0, to: outputs, by: size).map { $0..<min($0 + size, outputs) }
  }
}
