import Tensors

/// How well an autoencoder makes what it is of, over some rows: sums, added context by context.
package struct KindFit: Sendable {
  package private(set) var tokens = 0
  /// Σ ‖ŷ − y‖² and Σ ‖y‖² over the rows.
  private var (error, squares) = (0.0, 0.0)
  /// Σ (y − origin), and Σ ‖y − origin‖², about a point among the data, which loses no digits.
  private var origin: [Double] = []
  private var sum: [Double] = []
  private var spread = 0.0
  private var ratios = 0.0
  private var active = 0

  /// Adds rows y `[n, D_out]`, what was made of them and the number of their active latents.
  mutating func add(_ y: Matrix, made: Matrix, active count: Int) {
    guard y.rows > 0 else { return }
    if origin.isEmpty {
      origin = y.row(0).map(Double.init)
      sum = [Double](repeating: 0, count: y.columns)
    }
    y.withSpan { values in
      for index in values.indices {
        let column = index % y.columns
        let difference = Double(values[index]) - origin[column]
        sum[column] += difference
        spread += difference * difference
      }
    }
    error += (made - y).sumOfSquares()
    squares += y.sumOfSquares()
    for (made, own) in zip(made.rowNorms(), y.rowNorms()) where own > 0 {
      ratios += Double(made) / Double(own)
    }
    tokens += y.rows
    active += count
  }

  /// Σ ‖ŷ − y‖² / Σ ‖y − mean‖², the mean that of these rows; nil where they do not vary.
  package var fvu: Double? {
    let variance = spread - sum.reduce(0) { $0 + $1 * $1 } / Double(max(1, tokens))
    return tokens > 1 && variance > 1e-12 * squares ? error / variance : nil
  }
  /// Σ ‖ŷ − y‖² / Σ ‖y‖².
  package var relativeError: Double? { squares > 0 ? error / squares : nil }
  /// The mean of ‖ŷ‖ / ‖y‖.
  package var normRatio: Double { tokens == 0 ? 0 : ratios / Double(tokens) }
  package var l0: Double { tokens == 0 ? 0 : Double(active) / Double(tokens) }
}
