import Foundation
import Tensors
import Testing

/// Adam and the operators on rows against the same formulas in Double, at odd lengths
/// on every path (ε = 2⁻²⁴).
@Suite struct TrainingOperatorTests {
  static let epsilon = 0x1p-24
  static let widths = [1, 2, 5, 15, 16, 17, 33, 63, 65, 100]

  static func dense(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    SparseProductTests.dense(rows, columns, seed: seed)
  }

  static func doubles(_ row: [Float]) -> [Double] { row.map(Double.init) }

  /// Three steps: m and v are sums of terms with at most four roundings a step; p moves by at most
  /// a few rates, whose quotient has some ten roundings, and is itself rounded. v is compared
  /// relative to itself, m and p to the sizes of what is added.
  @Test(arguments: KernelPath.available)
  func adamMatchesItsFormulaInDouble(path: KernelPath) {
    for width in Self.widths {
      var (p, m, v) = (
        Self.dense(1, width, seed: 1), Matrix(rows: 1, columns: width),
        Matrix(rows: 1, columns: width)
      )
      var exact = Self.doubles(p.values)
      var mean = [Double](repeating: 0, count: width)
      var square = mean
      for number in 1...3 {
        let g = Self.dense(1, width, seed: UInt64(number + 10))
        AdamStep(number: number, learningRate: 0.01, gradientScale: 0.5).apply(
          to: &p, gradient: g, first: &m, second: &v, path: path)
        for i in 0..<width {
          let gradient = Double(g[0, i]) / 2
          mean[i] = 0.9 * mean[i] + 0.1 * gradient
          square[i] = 0.999 * square[i] + 0.001 * gradient * gradient
          let root = (square[i] / (1 - pow(0.999, Double(number)))).squareRoot() + 1e-8
          exact[i] -= 0.01 * mean[i] / (1 - pow(0.9, Double(number))) / root
          #expect(abs(Double(m[0, i]) - mean[i]) <= 12 * Self.epsilon)
          #expect(abs(Double(v[0, i]) - square[i]) <= 16 * Self.epsilon * square[i])
        }
      }
      for i in 0..<width {
        #expect(abs(Double(p[0, i]) - exact[i]) <= 6 * Self.epsilon, "width \(width)")
      }
    }
  }

  @Test(arguments: KernelPath.available)
  func statisticsOfRowsMatchSumsInDouble(path: KernelPath) {
    for width in Self.widths {
      let x = Self.dense(6, width, seed: 2)
      let rows = (0..<6).map { Self.doubles(x.row($0)) }
      let bound = Double(width + 4) * Self.epsilon
      let norms = x.rowNorms(path: path)
      for (norm, row) in zip(norms, rows) {
        let expected = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(Double(norm) - expected) <= bound * expected)
      }
      let squares = rows.joined().reduce(0) { $0 + $1 * $1 }
      #expect(abs(x.sumOfSquares(path: path) - squares) <= bound * squares)
      let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / 6 }
      for (found, expected) in zip(x.meanRow(path: path), mean) {
        #expect(abs(found - expected) <= 1e-15)
      }
      let variance = rows.reduce(0) { total, row in
        total + zip(row, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      // The mean is rounded to float32, and so is each difference: two roundings before the square.
      let limit = (bound + 8 * Self.epsilon) * variance + 6 * Double(width) * 4 * Self.epsilon
      #expect(abs(x.totalVariance(path: path) - variance) <= limit)
      let shift = Self.dense(1, width, seed: 3).values
      let less = x.subtracting(row: shift, path: path)
      for row in 0..<6 {
        for column in 0..<width { #expect(less[row, column] == x[row, column] - shift[column]) }
      }
    }
  }

  @Test(arguments: KernelPath.available)
  func normalizedRowsAndWhatIsLeftOfGradients(path: KernelPath) {
    for width in Self.widths {
      let x = Self.dense(5, width, seed: 4)
      var directions = x
      directions.normalizeRows(epsilon: 0x1p-23, path: path)
      let g = Self.dense(5, width, seed: 5)
      var left = g
      left.removeComponents(alongRowsOf: directions, path: path)
      let bound = Double(width + 6) * Self.epsilon
      for row in 0..<5 {
        let values = Self.doubles(x.row(row))
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot() + 0x1p-23
        let unit = Self.doubles(directions.row(row))
        let gradient = Self.doubles(g.row(row))
        let along = zip(unit, gradient).reduce(0) { $0 + $1.0 * $1.1 }
        let size = zip(unit, gradient).reduce(0) { $0 + abs($1.0 * $1.1) }
        for i in 0..<width {
          #expect(abs(unit[i] - values[i] / norm) <= bound)
          let expected = gradient[i] - along * unit[i]
          #expect(
            abs(Double(left[row, i]) - expected) <= bound * (size + abs(gradient[i])))
        }
      }
    }
  }

  @Test func theNumberOfThreadsDoesNotShow() {
    let (x, g) = (Self.dense(900, 151, seed: 6), Self.dense(900, 151, seed: 7))
    func run(_ team: ThreadTeam?) -> [Matrix] {
      var (p, m, v) = (x, g, x.scaled(by: 0.1))
      for i in 0..<v.rows { v.setRow(i, v.row(i).map(abs)) }
      AdamStep(number: 7, learningRate: 1e-3).apply(
        to: &p, gradient: g, first: &m, second: &v, team: team)
      var unit = x
      unit.normalizeRows(epsilon: 0, team: team)
      var left = g
      left.removeComponents(alongRowsOf: unit, team: team)
      return [p, m, v, unit, left, x.subtracting(row: g.row(0), team: team)]
    }
    let alone = run(nil)
    for threads in [1, 2, 3, 5] { #expect(run(ThreadTeam(threadCount: threads)) == alone) }
  }
}
