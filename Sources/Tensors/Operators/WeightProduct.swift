import CKernels

/// The products of activations with weights where they are mapped: y = x·Wᵀ and its pullback
/// dX = dY·W, by the kernels.
///
/// A token's result depends on its own activations and W alone, bit for bit: not on the other
/// tokens, the threads or the run.
struct WeightProduct {
  enum Direction {
    case forward
    case pullback

    var code: Int32 { self == .forward ? 0 : 1 }
  }

  let weight: WeightMatrix
  let compute: Compute
  let direction: Direction

  /// `[T, in]` → `[T, out]` forward, with `bias` added; `[T, out]` → `[T, in]` for the pullback.
  func callAsFunction(_ x: Matrix, bias: [Float]? = nil) -> Matrix {
    let result = Matrix(
      uninitializedRows: x.rows, columns: direction == .forward ? weight.rows : weight.columns)
    guard result.count > 0 else { return result }
    unsafe weight.withAddress { address in
      unsafe (weight.scales ?? []).withUnsafeBufferPointer { scales in
        var product = unsafe kernel_product(
          weights: address, type: weight.type.code, rows: weight.rows, columns: weight.columns,
          tokens: x.rows, round: rounds ? 1 : 0, scales: scales.baseAddress)
        unsafe withUnsafePointer(to: &product) { product in
          unsafe run(product, x, bias: bias, into: result.storage)
        }
      }
    }
    return result
  }

  private var rounds: Bool {
    weight.type == .int8 || (compute.precision.roundsActivations && weight.type == .bfloat16)
  }

  private func run(
    _ product: UnsafePointer<kernel_product>, _ x: Matrix, bias: [Float]?,
    into result: MatrixStorage
  ) {
    let (path, way) = (compute.path.code, direction.code)
    nonisolated(unsafe) let product = unsafe product
    let packed = unsafe MatrixStorage(
      byteCount: kernel_product_packed_bytes(path, product, way))
    let groups = (x.rows + kernel_group_tokens - 1) / kernel_group_tokens
    forRowRanges(rows: groups, columns: kernel_group_tokens * x.columns, team: compute.team) {
      range in
      unsafe x.withPointer { source in
        unsafe kernel_product_pack(
          path, product, way, source, packed.pointer, range.lowerBound, range.upperBound)
      }
    }
    let ranges = parts(tokens: x.rows)
    let scratchCount = unsafe kernel_product_scratch_bytes(path, product, way)
    let columns = direction == .forward ? weight.rows : weight.columns
    compute.team.run(ranges.count) { part in
      let scratch = MatrixStorage(byteCount: scratchCount)
      let (range, target) = unsafe (ranges[part], result.pointer)
      switch direction {
      case .forward:
        unsafe kernel_product_forward(
          path, product, packed.pointer, range.lowerBound, range.upperBound, target,
          scratch.pointer)
      case .pullback:
        unsafe kernel_product_pullback(
          path, product, packed.pointer, range.lowerBound, range.upperBound, target,
          scratch.pointer)
      }
      guard let bias else { return }
      unsafe bias.withUnsafeBufferPointer { bias in
        guard let bias = bias.baseAddress else { return }
        for row in 0..<x.rows {
          unsafe kernel_add(
            path, target + row * columns + range.lowerBound, bias + range.lowerBound, range.count)
        }
      }
    }
  }

  /// The outputs in ranges for the threads: whole panels of weights, a few ranges a thread so
  /// that a slow one does not keep the others waiting, one range where waking another thread
  /// costs more than it saves.
  private func parts(tokens: Int) -> [Range<Int>] {
    let outputs = direction == .forward ? weight.rows : weight.columns
    let unit = direction == .forward ? 32 : 64
    let threads = compute.team.threadCount
    let work = tokens * weight.rows * weight.columns
    let most = threads == 1 || work < 1 << 17 ? 1 : threads * 4
    let size = max(unit, (outputs + most * unit - 1) / (most * unit) * unit)
    return stride(from: 0, to: outputs, by: size).map { $0..<min($0 + size, outputs) }
  }
}
