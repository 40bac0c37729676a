import Tensors
import TestSupport
import Testing
import Torch

/// The operators of an autoencoder, against the host's products and selections.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct LatentTests {
  private static func latents(
    _ encoder: WeightMatrix, bias: [Float], decoder: Matrix? = nil
  ) throws -> TorchLatents {
    try TorchLatents(
      encoder: encoder, bias: bias,
      decoder: WeightMatrix(decoder ?? Matrix(rows: encoder.rows, columns: encoder.columns)),
      operators: InstalledTorch.operators(.bfloat16))
  }

  /// The k largest of the host's float32 product.
  private static func expected(
    _ x: Matrix, _ encoder: WeightMatrix, bias: [Float], k: Int, positiveOnly: Bool
  ) -> RowTopK {
    let compute = Compute(team: ThreadTeam(threadCount: 1), precision: .float32)
    let y = Linear(encoder, bias: bias, compute: compute)(x)
    var best = RowTopK(rows: x.rows, k: k)
    best.merge(y, firstColumn: 0, positiveOnly: positiveOnly)
    return best
  }

  /// Small whole numbers: their products and sums are exact in any order, so that selections must
  /// agree to the last bit, among many equal values. 16,384 latents are one tile.
  @Test(arguments: [1, 7, 64], [300, 16_384, 40_000])
  func selectsAmongEqualValuesTheLowest(k: Int, count: Int) throws {
    let x = Matrix(rows: 5, columns: 6, values: random(5, 6, seed: 1).values.map { $0.rounded() })
    let encoder = WeightMatrix(
      Matrix(
        rows: count, columns: 6, values: random(count, 6, seed: 2).values.map { $0.rounded() }))
    let bias = random(1, count, seed: 3).values.map { $0.rounded() }
    let latents = try Self.latents(encoder, bias: bias)
    for kept in [KeptActivations.positive, .any] {
      let found = try latents.largest(x, k: k, of: kept, cancellation: .never)
      let best = Self.expected(x, encoder, bias: bias, k: k, positiveOnly: kept == .positive)
      for row in 0..<x.rows {
        let range = found.offsets[row]..<found.offsets[row + 1]
        #expect(Array(found.indices[range]) == best.indices(row: row))
        #expect(Array(found.values[range]) == best.values(row: row))
      }
    }
  }

  /// The same by magnitudes, and what exceeds thresholds, against a plain sort of the products.
  @Test(arguments: [1, 50], [300, 40_000])
  func selectsByMagnitudesAndThresholds(k: Int, count: Int) throws {
    let x = Matrix(rows: 3, columns: 4, values: random(3, 4, seed: 1).values.map { $0.rounded() })
    let encoder = WeightMatrix(
      Matrix(
        rows: count, columns: 4, values: random(count, 4, seed: 2).values.map { $0.rounded() }))
    let bias = random(1, count, seed: 3).values.map { $0.rounded() }
    let thresholds = random(1, count, seed: 4).values.map { abs($0).rounded() + 5 }
    let compute = Compute(team: ThreadTeam(threadCount: 1), precision: .float32)
    let y = Linear(encoder, bias: bias, compute: compute)(x)
    let latents = try Self.latents(encoder, bias: bias)
    let found = try latents.largest(x, k: k, of: .magnitudes, cancellation: .never)
    let passed = try #require(
      try latents.above(thresholds, x, most: 3 * count, cancellation: .never))
    for row in 0..<x.rows {
      let sorted = (0..<count).filter { y[row, $0] != 0 }.sorted {
        (abs(y[row, $1]), $0) < (abs(y[row, $0]), $1)
      }.prefix(k)
      let range = found.offsets[row]..<found.offsets[row + 1]
      #expect(found.indices[range].map(Int.init) == Array(sorted))
      #expect(Array(found.values[range]) == sorted.map { y[row, $0] })
      let active = (0..<count).filter { y[row, $0] > thresholds[$0] }
      #expect(active.count > 0)
      let entries = passed.offsets[row]..<passed.offsets[row + 1]
      #expect(passed.indices[entries].map(Int.init) == active)
      #expect(Array(passed.values[entries]) == active.map { y[row, $0] })
    }
    #expect(
      try latents.above(thresholds, x, most: passed.count - 1, cancellation: .never) == nil)
  }

  /// Where more are equal than are looked at beside the k largest, and where few are positive.
  @Test func selectsAmongNothingButEqualValues() throws {
    let count = 20_000
    let encoder = WeightMatrix(Matrix(rows: count, columns: 1))
    var bias = [Float](repeating: 1, count: count)
    for index in 0..<100 { bias[index * 3] = -1 }
    let latents = try Self.latents(encoder, bias: bias)
    let rows = Matrix(rows: 2, columns: 1)
    let found = try latents.largest(rows, k: 10, of: .positive, cancellation: .never)
    let expected = (0..<count).filter { bias[$0] > 0 }.prefix(10).map { Int32($0) }
    #expect(found.indices == expected + expected)
    let few = try Self.latents(
      WeightMatrix(Matrix(rows: 40, columns: 1)),
      bias: (0..<40).map { $0 == 31 || $0 == 7 ? 2 : 0 })
    #expect(
      try few.largest(rows, k: 10, of: .positive, cancellation: .never).indices == [7, 31, 7, 31])
    #expect(try few.largest(rows, k: 0, of: .positive, cancellation: .never).count == 0)
    let none = Matrix(rows: 0, columns: 1)
    #expect(try few.largest(none, k: 3, of: .positive, cancellation: .never).rows == 0)
  }

  /// Random numbers in the types of files: selections differ from the host's only where sums in
  /// another order do, by float32's rounding.
  @Test(arguments: ScalarType.allCases)
  func encodesWithinRounding(_ type: ScalarType) throws {
    let (x, count, k) = (random(33, 96, seed: 1), 2_000, 32)
    let encoder = try weights(type, random(count, 96, seed: 2))
    let bias = random(1, count, seed: 3).values
    let latents = try Self.latents(encoder, bias: bias)
    let found = try latents.largest(x, k: k, of: .positive, cancellation: .never)
    let best = Self.expected(x, encoder, bias: bias, k: k, positiveOnly: true)
    for row in 0..<x.rows {
      let range = found.offsets[row]..<found.offsets[row + 1]
      for (a, b) in zip(found.values[range], best.values(row: row)) {
        #expect(abs(a - b) <= 1e-5 * abs(b))
      }
      #expect(Set(found.indices[range]).intersection(best.indices(row: row)).count >= k - 1)
    }
  }

  @Test(arguments: ScalarType.allCases)
  func decodesAndScores(_ type: ScalarType) throws {
    let engine = try InstalledTorch.operators(.bfloat16)
    let (count, size) = (500, 70)
    let decoder = try weights(type, random(count, size, seed: 1))
    let latents = try TorchLatents(
      encoder: WeightMatrix(Matrix(rows: count, columns: 3)),
      bias: [Float](repeating: 0, count: count), decoder: decoder, operators: engine)
    // Rows of 0, 1, 2 … entries.
    let offsets = (0...13).map { $0 * ($0 - 1) / 2 }
    let entries = offsets.last ?? 0
    let code = SparseMatrix(
      columns: count, offsets: offsets, indices: (0..<entries).map { Int32(($0 * 37) % count) },
      values: random(1, entries, seed: 2).values)
    let bias = random(1, size, seed: 3).values
    let decoded = try latents.decode(code, bias: bias)
    #expect(decoded.relativeError(to: sparseProduct(code, decoder, bias: bias)) < 1e-6)
    let plain = try latents.decode(code, bias: nil)
    #expect(plain.relativeError(to: sparseProduct(code, decoder)) < 1e-6)
    #expect(plain.row(0) == [Float](repeating: 0, count: size))
    let g = random(13, size, seed: 4)
    let found = try latents.decodePullback(code, outputGradient: g)
    let wanted = sparseProductPullback(code, decoder, outputGradient: g)
    #expect(found.count == wanted.count)
    let largest = wanted.map(abs).max() ?? 0
    for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 1e-6 * largest) }
  }

  @Test func refusesWhatIsNotFinite() throws {
    var weights = random(17_000, 4, seed: 1)
    weights[16_999, 2] = .infinity
    let latents = try Self.latents(
      WeightMatrix(weights), bias: [Float](repeating: 0, count: 17_000))
    #expect(throws: NotFiniteActivation(row: 0, column: 16_999)) {
      try latents.largest(random(3, 4, seed: 2), k: 4, of: .positive, cancellation: .never)
    }
  }

  @Test func isCancelledBetweenTiles() throws {
    let latents = try Self.latents(
      WeightMatrix(random(400, 4, seed: 1)), bias: [Float](repeating: 0, count: 400))
    #expect(throws: CancellationError.self) {
      try latents.largest(
        random(3, 4, seed: 2), k: 4, of: .positive, cancellation: Cancellation { true })
    }
  }
}
