import Tensors
import Testing

/// The pieces of the search for the largest elements of a product, against
/// `Linear` and closed forms.
@Suite struct CandidateSearchTests {
  static let team = ThreadTeam(threadCount: 3)

  @Test(arguments: KernelPath.available, [1, 15, 64, 1_024, 1_057, 2_500])
  func singleElementsAreThoseOfTheWholeProduct(path: KernelPath, width: Int) throws {
    var random = Numbers(seed: UInt64(width))
    let compute = Compute(team: Self.team, precision: .float32, path: path)
    let (outputs, tokens) = (41, 23)
    let x = random.matrix(tokens, width)
    let bias = random.matrix(1, outputs).values
    let weight = WeightMatrix(random.matrix(outputs, width))
    let whole = Linear(weight, bias: bias, compute: compute)(x)
    var (starts, rows): ([Int], [Int32]) = ([0], [])
    for output in 0..<outputs {
      // From no token to all of them, some twice.
      rows += (0..<output % 25).map { Int32(($0 * 7 + output) % tokens) }
      starts.append(rows.count)
    }
    let found = try elementProduct(
      x, weight, bias: bias, at: OutputPlaces(starts: starts, rows: rows), compute: compute)
    for output in 0..<outputs {
      for place in starts[output]..<starts[output + 1] {
        let expected = whole[Int(rows[place]), output]
        #expect(found[place].bitPattern == expected.bitPattern, "output \(output)")
      }
    }
  }

  @Test(arguments: KernelPath.available, Precision.allCases)
  func tilesAreThoseOfTheWholeProduct(path: KernelPath, precision: Precision) throws {
    var random = Numbers(seed: 2)
    let compute = Compute(team: Self.team, precision: precision, path: path)
    let (outputs, width) = (700, 70)
    let exact = WeightMatrix(random.matrix(outputs, width))
    let rounded = try RoundedWeights(exact, compute: compute, cancellation: .never)
    let bias = random.matrix(1, outputs).values
    for tokens in [1, 5, 40] {
      let x = random.matrix(tokens, width)
      for weight in [exact, rounded.weight] {
        let whole = Linear(weight, bias: bias, compute: compute)(x)
        let product = TiledProduct(x, weight, bias: bias, compute: compute)
        var tile = Matrix(rows: 0, columns: 0)
        for range in [0..<256, 256..<512, 512..<513, 513..<700] {
          product.write(range, to: &tile)
          for row in 0..<tokens { #expect(tile.row(row) == Array(whole.row(row)[range])) }
        }
      }
    }
  }

  @Test(arguments: KernelPath.available)
  func normsAreBoundsThatAreHardlyAboveTheNorms(path: KernelPath) throws {
    var random = Numbers(seed: 3)
    let compute = Compute(team: Self.team, precision: .bfloat16, path: path)
    // Squares of the smallest and largest of these are no floats.
    let scales: [Float] = [1, 1e-30, 1e30, 1e-6]
    var matrix = random.matrix(40, 333)
    for row in 0..<40 { matrix.setRow(row, matrix.row(row).map { $0 * scales[row % 4] }) }
    let found = try RoundedWeights(
      WeightMatrix(matrix), compute: compute, cancellation: .never)
    let back = found.weight.floats()
    for row in 0..<40 {
      let (exact, rounded) = (matrix.row(row), back.row(row))
      for (value, twin) in zip(exact, rounded) {
        #expect(abs(value - twin) <= abs(value) * 0x1p-8)
        #expect(twin.bitPattern & 0xffff == 0)
      }
      let norm = exact.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let error = zip(exact, rounded).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        .squareRoot()
      #expect(Double(found.norms[row]) >= norm && Double(found.norms[row]) < norm * (1 + 1e-6))
      #expect(Double(found.errors[row]) >= error && Double(found.errors[row]) < error * (1 + 1e-6))
    }
  }
}

extension Numbers {
  fileprivate mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in next() })
  }
}
