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

  /// The k largest positive of each row, equal ones by rising column, whatever the factors are
  /// rounded to.
  @Test(arguments: KernelPath.available, RoundedWeights.Rounding.allCases)
  func theLargestAreThoseOfASort(path: KernelPath, rounding: RoundedWeights.Rounding) throws {
    let compute = Compute(team: Self.team, precision: .float32, path: path)
    for (tokens, width, outputs, k) in [
      (1, 37, 900, 9), (13, 1_030, 411, 40), (30, 64, 2_000, 1),
    ] {
      var random = Numbers(seed: UInt64(outputs))
      var rows = random.matrix(outputs, width)
      rows.setRow(7, rows.row(3))
      let weight = WeightMatrix(rows)
      let bias = random.matrix(1, outputs).values
      let x = random.matrix(tokens, width)
      let rounded = try RoundedWeights(
        weight, to: rounding, compute: compute, cancellation: .never)
      var search = try #require(
        CandidateSearch(x, weight, bias: bias, rounded: rounded, k: k, compute: compute))
      for first in stride(from: 0, to: outputs, by: 256) {
        search.look(at: first..<min(outputs, first + 256))
      }
      try search.computeCandidates(cancellation: .never)
      let whole = Linear(weight, bias: bias, compute: compute)(x)
      for row in 0..<tokens {
        let values = whole.row(row)
        let expected = values.indices.filter { values[$0] > 0 }
          .sorted { (values[$1], $0) < (values[$0], $1) }.prefix(k)
        try #require(!search.isFull(row: row))
        let found = search.largest(row: row)
        #expect(found.indices.map(Int.init) == Array(expected), "row \(row) of \(tokens)")
        #expect(found.values == expected.map { values[$0] })
      }
    }
  }
}

extension Numbers {
  fileprivate mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in next() })
  }
}
