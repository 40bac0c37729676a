import Tensors

/// The point whose distances to the rows of a matrix have the smallest sum: the start of b_dec,
/// which a few tokens of very large norm hardly move.
enum GeometricMedian {
  /// Weiszfeld's iteration from the mean, in float64.
  ///
  /// A distance counts as at least 1e-12 of the spread, so that a guess that falls on a row does
  /// not divide by zero.
  static func of(_ x: Matrix, iterations: Int = 1_000, tolerance: Double = 1e-9) -> [Float] {
    let columns = x.columns
    var guess = x.meanRow()
    guard x.rows > 0 else { return guess.map { Float($0) } }
    let values = x.values
    let floor = 1e-12 * (1e-300 + (x.totalVariance() / Double(x.rows)).squareRoot())
    for _ in 0..<iterations {
      var sum = [Double](repeating: 0, count: columns)
      var weights = 0.0
      for row in 0..<x.rows {
        var squares = 0.0
        for column in 0..<columns {
          let difference = Double(values[row * columns + column]) - guess[column]
          squares += difference * difference
        }
        let weight = 1 / max(squares.squareRoot(), floor, .leastNormalMagnitude)
        weights += weight
        for column in 0..<columns { sum[column] += weight * Double(values[row * columns + column]) }
      }
      var moved = 0.0
      var size = 0.0
      for column in 0..<columns {
        let new = sum[column] / weights
        moved += (new - guess[column]) * (new - guess[column])
        size += new * new
        guess[column] = new
      }
      if moved.squareRoot() <= tolerance * (size.squareRoot() + floor) { break }
    }
    return guess.map { Float($0) }
  }
}
