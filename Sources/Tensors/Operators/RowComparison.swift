import CKernels

/// What a row of weights has to do with a vector: their product and the row's own square.
package struct RowComparison: Sendable {
  /// W·x, `[rows]`.
  package var dots: [Float]
  /// The sum of the squares of each row, `[rows]`.
  package var squares: [Float]
}

extension WeightMatrix {
  /// Every row held against `x` `[columns]`, in float32, each read once where it lies.
  package func compared(
    with x: [Float], team: ThreadTeam? = nil, path: KernelPath = .best
  ) -> RowComparison {
    precondition(x.count == columns, "\(x.count) numbers for rows of \(columns)")
    precondition(scales == nil, "comparisons read no scales")
    let (rows, columns, type) = (rows, columns, type)
    var found = RowComparison(
      dots: Array(repeating: 0, count: rows), squares: Array(repeating: 0, count: rows))
    unsafe found.dots.withUnsafeMutableBufferPointer { dots in
      unsafe found.squares.withUnsafeMutableBufferPointer { squares in
        guard let first = dots.baseAddress, let second = squares.baseAddress else { return }
        nonisolated(unsafe) let (dots, squares) = unsafe (first, second)
        forRowRanges(rows: rows, columns: columns, team: team) { range in
          unsafe withAddress { address in
            unsafe kernel_compare_rows(
              path.code, type.code,
              address + range.lowerBound * columns * type.byteCount, range.count, columns, x,
              dots + range.lowerBound, squares + range.lowerBound)
          }
        }
      }
    }
    return found
  }
}
