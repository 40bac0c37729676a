import CKernels

/// s·W + bias: s `[T, M]`, W `[M, D]`, bias `[D]` → `[T, D]`. Reads only the rows of W at which s
/// has entries, each row widened to float32 where it is needed.
///
/// A row's terms are added in the order of its entries, whatever the number of threads.
package func sparseProduct(
  _ s: SparseMatrix, _ weights: WeightMatrix, bias: [Float]? = nil, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> Matrix {
  precondition(
    s.columns == weights.rows,
    "[\(s.rows), \(s.columns)] times [\(weights.rows), \(weights.columns)]")
  var result = Matrix(rows: s.rows, columns: weights.columns)
  if let bias { for row in 0..<s.rows { result.setRow(row, bias) } }
  result.add(s, times: weights, team: team, path: path)
  return result
}

/// The gradient at the entries of s, in their order, from the gradient at s·W, g `[T, D]`: W[j] ·
/// g_t for every entry (t, j). The values of s are not read.
package func sparseProductPullback(
  _ s: SparseMatrix, _ weights: WeightMatrix, outputGradient: Matrix, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> [Float] {
  precondition(
    s.columns == weights.rows && outputGradient.rows == s.rows
      && outputGradient.columns == weights.columns,
    """
    [\(s.rows), \(s.columns)] times [\(weights.rows), \(weights.columns)] with a gradient of \
    [\(outputGradient.rows), \(outputGradient.columns)]
    """)
  return unsafe Array(unsafeUninitializedCapacity: s.count) { buffer, count in
    if let base = buffer.baseAddress {
      nonisolated(unsafe) let target = unsafe base
      unsafe s.forRows(with: weights, team: team) { sparse, dense, range, scratch in
        unsafe outputGradient.withPointer { g in
          unsafe kernel_sparse_dots(
            path.code, sparse, dense, g, target, range.lowerBound, range.upperBound, scratch)
        }
      }
    }
    count = s.count
  }
}

extension Matrix {
  /// self += s·W: self `[T, D]`, s `[T, M]`, W `[M, D]`. With sᵀ for s and the gradient at s·W for
  /// W, this adds up the gradient at W.
  package mutating func add(
    _ s: SparseMatrix, times weights: WeightMatrix, team: ThreadTeam? = nil,
    path: KernelPath = .best
  ) {
    precondition(
      s.columns == weights.rows && rows == s.rows && columns == weights.columns,
      """
      [\(s.rows), \(s.columns)] times [\(weights.rows), \(weights.columns)] added to \
      [\(rows), \(columns)]
      """)
    unsafe withMutablePointer { pointer in
      nonisolated(unsafe) let target = unsafe pointer
      unsafe s.forRows(with: weights, team: team) { sparse, dense, range, scratch in
        unsafe kernel_sparse_product(
          path.code, sparse, dense, target, range.lowerBound, range.upperBound, scratch)
      }
    }
  }
}

extension SparseMatrix {
  /// Calls `body` for ranges that cover the rows, as `forRowRanges` does, with what the kernels
  /// read and scratch of their own.
  fileprivate func forRows(
    with weights: WeightMatrix, team: ThreadTeam?,
    _ body:
      @Sendable (
        UnsafePointer<kernel_sparse>, UnsafePointer<kernel_dense>, Range<Int>,
        UnsafeMutablePointer<Float>
      ) -> Void
  ) {
    precondition(weights.type != .int8, "sparse products read no scales")
    let work = count * weights.columns / max(1, rows)
    forRowRanges(rows: rows, columns: work, team: team) { range in
      let scratch = MatrixStorage(capacity: Int(kernel_sparse_scratch_rows) * weights.columns)
      unsafe weights.withAddress { address in
        unsafe offsets.withUnsafeBufferPointer { offsets in
          unsafe indices.withUnsafeBufferPointer { indices in
            unsafe values.withUnsafeBufferPointer { values in
              var sparse = unsafe kernel_sparse(
                offsets: offsets.baseAddress, indices: indices.baseAddress,
                values: values.baseAddress)
              var dense = unsafe kernel_dense(
                elements: address, type: weights.type.code, columns: weights.columns)
              withExtendedLifetime(scratch) {
                unsafe body(&sparse, &dense, range, scratch.pointer)
              }
            }
          }
        }
      }
    }
  }
}
