import CKernels

extension Matrix {
  /// Every row less `row` `[D]`.
  package func subtracting(row: [Float], team: ThreadTeam? = nil, path: KernelPath = .best)
    -> Matrix
  {
    precondition(row.count == columns, "\(row.count) values for rows of \(columns)")
    return unsafe mapRows(team: team) { source, target, rows in
      unsafe target.update(from: source, count: rows * columns)
      for index in 0..<rows {
        unsafe kernel_add_scaled(path.code, target + index * columns, row, -1, columns)
      }
    }
  }

  /// The mean of the rows, in float64; zeros where there are none.
  package func meanRow(path: KernelPath = .best) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    unsafe withPointer { base in
      for row in 0..<rows {
        unsafe kernel_add_to_double(path.code, &sums, base + row * columns, columns)
      }
    }
    return sums.map { $0 / Double(max(1, rows)) }
  }

  /// Σ (x − mean over the rows)², over all elements: a row in float32, the rows in float64.
  package func totalVariance(path: KernelPath = .best) -> Double {
    let mean = meanRow(path: path).map { Float($0) }
    return unsafe withPointer { base in
      (0..<rows).reduce(0) { total, row in
        unsafe total
          + Double(kernel_squared_distance(path.code, base + row * columns, mean, columns))
      }
    }
  }

  /// The Euclidean norm of each row.
  package func rowNorms(path: KernelPath = .best) -> [Float] {
    squaredNorms(path: path).map { $0.squareRoot() }
  }

  /// The sum of the squares of all elements: a row in float32, the rows in float64.
  package func sumOfSquares(path: KernelPath = .best) -> Double {
    squaredNorms(path: path).reduce(0) { $0 + Double($1) }
  }

  private func squaredNorms(path: KernelPath) -> [Float] {
    unsafe Array(unsafeUninitializedCapacity: rows) { buffer, count in
      if let target = buffer.baseAddress {
        unsafe withPointer {
          unsafe kernel_squared_norms(path.code, $0, target, rows, columns)
        }
      }
      count = rows
    }
  }

  /// Rows at norm 1: row / (‖row‖ + epsilon).
  package mutating func normalizeRows(
    epsilon: Float, team: ThreadTeam? = nil, path: KernelPath = .best
  ) {
    let (rows, columns) = (rows, columns)
    unsafe withMutablePointer { pointer in
      nonisolated(unsafe) let base = unsafe pointer
      forRowRanges(rows: rows, columns: columns, team: team) { range in
        unsafe kernel_normalize_rows(
          path.code, base + range.lowerBound * columns, epsilon, range.count, columns)
      }
    }
  }

  /// Takes from every row what is parallel to the same row of `directions`, whose rows have norm 1:
  /// what is left of a gradient turns the directions and does not stretch them.
  package mutating func removeComponents(
    alongRowsOf directions: Matrix, team: ThreadTeam? = nil, path: KernelPath = .best
  ) {
    let (rows, columns) = (rows, columns)
    precondition(
      directions.rows == rows && directions.columns == columns,
      "[\(rows), \(columns)] along [\(directions.rows), \(directions.columns)]")
    unsafe withMutablePointer { pointer in
      nonisolated(unsafe) let base = unsafe pointer
      forRowRanges(rows: rows, columns: columns, team: team) { range in
        let begin = range.lowerBound * columns
        unsafe directions.withPointer { directions in
          unsafe kernel_remove_components(
            path.code, base + begin, directions + begin, range.count, columns)
        }
      }
    }
  }
}
