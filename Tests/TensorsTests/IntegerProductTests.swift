import Foundation
import Tensors
import Testing

/// Products of factors that are rounded to 16-bit integers, against sums in Double.
@Suite struct IntegerProductTests {
  static let team = ThreadTeam(threadCount: 3)
  static let levels = 4_095

  /// Rows of multiples of 2^`exponent` whose largest is 4,095 times that: integers hold
  /// them exactly.
  static func exact(_ rows: Int, _ columns: Int, exponent: Int, seed: UInt64) -> Matrix {
    var random = Numbers(seed: seed)
    var matrix = Matrix(rows: rows, columns: columns)
    let unit = Float(sign: .plus, exponent: exponent, significand: 1)
    for row in 0..<rows {
      var values = (0..<columns).map { _ in (random.next() * Float(levels)).rounded() * unit }
      values[row % columns] = Float(row % 2 == 0 ? levels : -levels) * unit
      matrix.setRow(row, values)
    }
    return matrix
  }

  static func product(
    _ x: Matrix, _ weights: WeightMatrix, path: KernelPath, by step: Int
  ) throws -> Matrix {
    let compute = Compute(team: team, precision: .float32, path: path)
    let rounded = try RoundedWeights(
      weights, to: .integers, compute: compute, cancellation: .never)
    let product = RoundedProduct(x, rounded, compute: compute)
    var (result, tile) = (
      Matrix(rows: x.rows, columns: weights.rows), Matrix(rows: 0, columns: 0)
    )
    for first in stride(from: 0, to: weights.rows, by: step) {
      let range = first..<min(weights.rows, first + step)
      product.write(range, to: &tile)
      for row in 0..<x.rows {
        for column in range { result[row, column] = tile[row, column - first] }
      }
    }
    return result
  }

  /// Sums are exact but for a rounding of each block of 128 terms, one where it is added to those
  /// before it, and two of the scales.
  @Test(
    arguments: KernelPath.available,
    [1, 2, 7, 31, 32, 33, 127, 128, 129, 1_023, 1_024, 1_025, 2_500])
  func sumsOfIntegersAreExactButForTheirRounding(path: KernelPath, width: Int) throws {
    let shapes = [(1, 1, 1), (2, 5, 3), (3, 67, 67), (29, 131, 64), (54, 17, 16)]
    for (tokens, outputs, step) in shapes {
      let x = Self.exact(tokens, width, exponent: -3, seed: UInt64(width + tokens))
      let w = Self.exact(outputs, width, exponent: 5, seed: UInt64(width + outputs))
      let found = try Self.product(x, WeightMatrix(w), path: path, by: step)
      for token in 0..<tokens {
        for output in 0..<outputs {
          let terms = zip(x.row(token), w.row(output)).map { Double($0) * Double($1) }
          let limit = Double(4 + width / 128) * 0x1p-24 * terms.reduce(0) { $0 + abs($1) }
          #expect(
            abs(Double(found[token, output]) - terms.reduce(0, +)) <= limit,
            "\(width): token \(token) of \(tokens), output \(output) of \(outputs)")
        }
      }
    }
  }

  /// Every product at its largest and of one sign, which is what sums of 32 bits must hold.
  @Test(arguments: KernelPath.available, [1_024, 4_096])
  func theLargestSumsDoNotOverflow(path: KernelPath, width: Int) throws {
    let ones = Matrix(
      rows: 5, columns: width, values: [Float](repeating: 1, count: 5 * width))
    let signs = Matrix(
      rows: 2, columns: width, values: (0..<2 * width).map { $0 < width ? 1 : -1 })
    let found = try Self.product(ones, WeightMatrix(signs), path: path, by: 2)
    for token in 0..<5 {
      #expect(abs(found[token, 0] / Float(width) - 1) < 1e-6)
      #expect(abs(found[token, 1] / Float(width) + 1) < 1e-6)
    }
  }

  /// Each factor is off by half a step of its row at most, and a hundredth of that for the
  /// arithmetic.
  @Test(arguments: KernelPath.available, ScalarType.allCases)
  func factorsAreOffByHalfAStep(path: KernelPath, type: ScalarType) throws {
    for width in [5, 64, 130, 1_057] {
      let (weights, values) = try SparseProductTests.weights(type, columns: width)
      let x = SparseProductTests.dense(9, width, seed: UInt64(width))
      let found = try Self.product(x, weights, path: path, by: 64)
      for token in 0..<x.rows {
        for output in 0..<values.rows {
          let (a, b) = (x.row(token).map(Double.init), values.row(output).map(Double.init))
          let (halfA, halfB) = (Self.halfStep(a), Self.halfStep(b))
          let sum = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
          let limit = zip(a, b).reduce(0) {
            $0 + abs($1.0) * halfB + abs($1.1) * halfA + halfA * halfB
          }
          #expect(abs(Double(found[token, output]) - sum) <= limit)
        }
      }
    }
  }

  static func halfStep(_ row: [Double]) -> Double {
    (row.map(abs).max() ?? 0) / Double(levels) * 0.505
  }

  @Test(arguments: KernelPath.available, ScalarType.allCases)
  func errorsAreThoseOfTheRounding(path: KernelPath, type: ScalarType) throws {
    let compute = Compute(team: Self.team, precision: .float32, path: path)
    let width = 1_057
    let (weights, values) = try SparseProductTests.weights(type, columns: width)
    let found = try RoundedWeights(
      weights, to: .integers, compute: compute, cancellation: .never)
    for row in 0..<values.rows {
      let exact = values.row(row).map(Double.init)
      let norm = exact.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(Double(found.norms[row]) >= norm && Double(found.norms[row]) < norm * (1 + 1e-6))
      // Errors of rounding are spread evenly over a step: their mean square is a twelfth
      // of its square.
      let step = 2 * Self.halfStep(exact) / 1.01
      let expected = step * (Double(width) / 12).squareRoot()
      #expect(abs(Double(found.errors[row]) / expected - 1) < 0.1)
    }
    let whole = try RoundedWeights(
      WeightMatrix(Self.exact(40, 333, exponent: 7, seed: 1)), to: .integers, compute: compute,
      cancellation: .never)
    #expect(whole.errors.allSatisfy { $0 <= .leastNonzeroMagnitude })
  }

  /// Rows that no bound holds for must not be taken for others.
  @Test(arguments: KernelPath.available)
  func whatIsNoNumberHasNoFiniteBound(path: KernelPath) throws {
    let compute = Compute(team: Self.team, precision: .float32, path: path)
    var matrix = SparseProductTests.dense(4, 70, seed: 3)
    matrix[1, 69] = .infinity
    matrix[2, 3] = .nan
    let found = try RoundedWeights(
      WeightMatrix(matrix), to: .integers, compute: compute, cancellation: .never)
    #expect(found.norms.map(\.isFinite) == [true, false, false, true])
    #expect(
      CandidateSearch(
        SparseProductTests.dense(2, 70, seed: 4), WeightMatrix(matrix), bias: [0, 0, 0, 0],
        rounded: found, k: 2, compute: compute) == nil)
  }
}
