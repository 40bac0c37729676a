import CKernels

/// Rows w as 16-bit integers q times a scale s of the row: s = max|w| / 4,095.
struct IntegerRows {
  let scales: [Float]
  /// The sums of w² and (w − s·q)² of each row.
  let squares: [(Double, Double)]

  /// - Parameter integers: where the integers go, `kernel_integer_stride` apart; nil: nowhere.
  init(_ weight: WeightMatrix, compute: Compute, integers: MatrixStorage? = nil) {
    precondition(weight.scales == nil, "weights of 8 bits have scales of their own")
    let (rows, columns, path) = (weight.rows, weight.columns, compute.path.code)
    let size = columns * weight.type.byteCount
    var scales = [Float](repeating: 0, count: rows)
    var sums = [Double](repeating: 0, count: 2 * rows)
    unsafe scales.withUnsafeMutableBufferPointer { scales in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        guard let first = scales.baseAddress, let second = sums.baseAddress else { return }
        nonisolated(unsafe) let (scales, sums) = unsafe (first, second)
        forRowRanges(rows: rows, columns: columns, team: compute.team) { range in
          let target = unsafe integers.map {
            unsafe UnsafeMutableRawPointer($0.pointer).assumingMemoryBound(to: Int16.self)
              + range.lowerBound * kernel_integer_stride(columns)
          }
          unsafe weight.withAddress { address in
            unsafe kernel_integer_rows(
              path, weight.type.code, address + range.lowerBound * size, range.count, columns,
              target, scales + range.lowerBound, sums + range.lowerBound,
              sums + rows + range.lowerBound)
          }
        }
      }
    }
    self.scales = scales
    squares = (0..<rows).map { (sums[$0], sums[rows + $0]) }
  }
}
