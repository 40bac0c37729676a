import Tensors

extension Matrix {
  /// Every row less `row`.
  func subtracting(row: [Float]) -> Matrix {
    precondition(row.count == columns)
    var result = self
    let columns = self.columns
    unsafe result.eachMutableRow { _, target in
      for place in 0..<columns { unsafe target[place] -= row[place] }
    }
    return result
  }

  /// The mean of the rows, in float64.
  func meanRow() -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    unsafe withElements { base in
      for row in 0..<rows {
        let source = unsafe base + row * columns
        for place in 0..<columns { unsafe sums[place] += Double(source[place]) }
      }
    }
    return sums.map { $0 / Double(max(1, rows)) }
  }

  /// Σ (x − mean over the rows)², over all elements.
  func totalVariance() -> Double {
    subtracting(row: meanRow().map { Float($0) }).sumOfSquares()
  }

  /// The Euclidean norm of each row.
  func rowNorms() -> [Float] {
    var norms: [Float] = []
    norms.reserveCapacity(rows)
    unsafe withElements { base in
      for row in 0..<rows {
        let source = unsafe base + row * columns
        unsafe norms.append(VectorLoops.dot(source, source, columns).squareRoot())
      }
    }
    return norms
  }

  /// The sum of the squares of all elements: a row in float32, the rows in float64.
  func sumOfSquares() -> Double {
    var total = 0.0
    unsafe withElements { base in
      for row in 0..<rows {
        let source = unsafe base + row * columns
        total += unsafe Double(VectorLoops.dot(source, source, columns))
      }
    }
    return total
  }
}
