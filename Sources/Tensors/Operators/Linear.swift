import CKernels

/// y = x·Wᵀ + b with weights W `[out, in]` that stay where they are mapped.
package struct Linear: Sendable {
  package let weight: WeightMatrix
  package let bias: [Float]?
  private let compute: Compute

  package init(_ weight: WeightMatrix, bias: [Float]?, compute: Compute) {
    precondition(
      bias.map { $0.count == weight.rows } ?? true, "a bias for \(weight.rows) outputs")
    self.weight = weight
    self.bias = bias
    self.compute = compute
  }

  /// x `[T, in]` → `[T, out]`.
  package func callAsFunction(_ x: Matrix) -> Matrix {
    precondition(x.columns == weight.columns, "[T, \(x.columns)] into [T, \(weight.columns)]")
    var y = Matrix(uninitializedRows: x.rows, columns: weight.rows)
    let x = rounded(x)
    unsafe y.withMutablePointer { target in
      unsafe x.withPointer { source in
        unsafe forEachPanel { rows, panel in
          unsafe multiply(
            source, stride: weight.columns, transposed: false, panel, stride: weight.columns,
            transposed: true, into: target + rows.lowerBound, stride: weight.rows, m: x.rows,
            n: rows.count, k: weight.columns, beta: 0, threads: compute.team.threadCount)
        }
      }
      unsafe addBias(target, rows: x.rows)
    }
    return y
  }

  /// The gradient at y `[T, out]` → the gradient at x `[T, in]`: dY·W.
  package func pullback(_ outputGradient: Matrix) -> Matrix {
    precondition(
      outputGradient.columns == weight.rows,
      "[T, \(outputGradient.columns)] into [T, \(weight.rows)]")
    let rows = outputGradient.rows
    var gradient = Matrix(rows: rows, columns: weight.columns)
    let outputGradient = rounded(outputGradient)
    unsafe gradient.withMutablePointer { target in
      unsafe outputGradient.withPointer { source in
        unsafe forEachPanel { outputs, panel in
          unsafe multiply(
            source + outputs.lowerBound, stride: weight.rows, transposed: false, panel,
            stride: weight.columns, transposed: false, into: target, stride: weight.columns,
            m: rows, n: weight.columns, k: outputs.count, beta: 1,
            threads: compute.team.threadCount)
        }
      }
    }
    return gradient
  }

  private func rounded(_ x: Matrix) -> Matrix {
    guard compute.precision == .bfloat16, weight.type == .bfloat16 else { return x }
    var result = Matrix(uninitializedRows: x.rows, columns: x.columns)
    let path = compute.path.code
    unsafe result.withMutablePointer { target in
      unsafe x.withPointer { source in
        unsafe withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(x.count, 1)) { half in
          guard let half = half.baseAddress else { return }
          unsafe kernel_round_to_bfloat16(path, source, half, x.count)
          unsafe kernel_widen(path, ScalarType.bfloat16.code, half, target, x.count)
        }
      }
    }
    return result
  }

  private func addBias(_ y: UnsafeMutablePointer<Float>, rows: Int) {
    guard let bias else { return }
    for row in 0..<rows {
      unsafe kernel_add(compute.path.code, y + row * weight.rows, bias, weight.rows)
    }
  }

  /// Calls `body` with float32 copies of some rows at a time, at most 8 MB of them, in order.
  private func forEachPanel(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    let columns = weight.columns
    let most = max(1, min(weight.rows, (2 << 20) / max(columns, 1)))
    let panel = MatrixStorage(capacity: most * columns)
    let path = compute.path.code
    let size = columns * weight.type.byteCount
    unsafe weight.withAddress { address in
      for first in stride(from: 0, to: weight.rows, by: most) {
        let rows = first..<min(first + most, weight.rows)
        let shares = min(rows.count, compute.team.threadCount)
        nonisolated(unsafe) let source = unsafe address + first * size
        compute.team.run(shares) { share in
          let begin = rows.count * share / shares
          let end = rows.count * (share + 1) / shares
          unsafe kernel_widen(
            path, weight.type.code, source + begin * size, panel.pointer + begin * columns,
            (end - begin) * columns)
        }
        unsafe body(rows, UnsafePointer(panel.pointer))
      }
    }
  }
}
