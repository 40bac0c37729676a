import Autoencoders
import Tensors
import Testing

/// Batches out of memory.
@Suite struct ActivationSourceTests {
  private let matrix = Matrix(rows: 10, columns: 1, values: (0..<10).map(Float.init))

  @Test func anEpochHasEveryRowOnceAndEpochsDiffer() throws {
    var source = try MatrixActivationSource(matrix, batchSize: 5, seed: 1)
    var epochs: [[Float]] = []
    for _ in 0..<3 {
      let rows = (source.nextBatch()?.values ?? []) + (source.nextBatch()?.values ?? [])
      #expect(rows.sorted() == matrix.values)
      epochs.append(rows)
    }
    #expect(Set(epochs).count == 3)
  }

  @Test func theSeedDecidesTheOrder() throws {
    func first(_ seed: UInt64) throws -> Matrix? {
      var source = try MatrixActivationSource(matrix, batchSize: 10, seed: seed)
      return source.nextBatch()
    }
    #expect(try first(7) == first(7))
    #expect(try first(7) != first(8))
  }

  @Test func goesOnFromAnyPosition() throws {
    var source = try MatrixActivationSource(matrix, batchSize: 3, seed: 4)
    var positions: [[Int]] = []
    var batches: [Matrix?] = []
    for _ in 0..<8 {
      positions.append(source.position)
      batches.append(source.nextBatch())
    }
    for (position, batch) in zip(positions, batches) {
      var other = try MatrixActivationSource(matrix, batchSize: 3, seed: 4)
      try other.move(to: position)
      #expect(other.nextBatch() == batch)
    }
    for position in [[], [0], [-1, 0], [0, 11], [0, -1], [0, 0, 0]] {
      #expect(throws: AutoencoderError.self) { try source.move(to: position) }
    }
    for size in [0, 1, 11] {
      #expect(throws: AutoencoderError.self) {
        try MatrixActivationSource(matrix, batchSize: size, seed: 0)
      }
    }
  }
}
