import Checkpoints
import Tensors
import TestSupport
import Testing

/// 8-bit weights against NumPy's (Tests/Fixtures/make/quantisation.py).
@Suite struct QuantisedRowsTests {
  private let file: SafetensorsFile
  private let team = ThreadTeam(threadCount: 2)

  init() throws { file = try SafetensorsFile(path: Fixtures.path("quantisation/rows.safetensors")) }

  @Test(arguments: ScalarType.allCases)
  func integersAndScalesAreThoseOfNumPy(type: ScalarType) throws {
    let name = type.rawValue
    let shape = try file.entry(name).shape
    let weights = try file.matrix(name, rows: shape[0], columns: shape[1])
    let made = try weights.quantised(team: team)
    #expect(made.scales == (try file.floats("\(name).scales")))
    let entry = try file.entry("\(name).integers")
    let expected = try file.file.bytes(entry.byteOffset..<entry.byteOffset + entry.byteCount)
    let found = made.withBytes { bytes in
      (0..<bytes.byteCount).map { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(found == expected)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aRowThatIsNotFiniteIsRefusedByName(value: Float) throws {
    for (row, column) in [(0, 0), (2, 16), (6, 36)] {
      var matrix = Matrix(rows: 7, columns: 37, values: (0..<7 * 37).map { Float($0) })
      matrix[row, column] = value
      #expect(throws: TensorError.notFinite(row: row)) {
        try WeightMatrix(matrix).quantised(team: team)
      }
    }
    let checkpoint = try Checkpoint(folder: Fixtures.path("models/llama3"))
    let quantiser = try WeightQuantiser(
      checkpoint: checkpoint, totalBytes: 1, options: .init(), team: team)
    let bad = WeightMatrix(Matrix(rows: 2, columns: 2, values: [1, 2, value, 0]))
    let error = #expect(throws: CheckpointError.notFiniteRow("lm_head.weight", row: 1)) {
      try quantiser(bad, named: "lm_head.weight")
    }
    #expect(error?.description.contains("lm_head.weight") == true)
  }

  @Test func weightsWithoutElementsAreQuantisedToNone() throws {
    let none = try WeightMatrix(Matrix(rows: 0, columns: 4)).quantised(team: team)
    #expect(none.rows == 0 && none.byteCount == 0)
    let narrow = try WeightMatrix(Matrix(rows: 3, columns: 0)).quantised(team: team)
    #expect(narrow.scales == [0, 0, 0])
  }

  /// An I8 tensor has no scales: a checkpoint of them is refused as it was.
  @Test func integersAloneAreNoWeights() throws {
    #expect(throws: CheckpointError.self) {
      try file.matrix("F32.integers", rows: 24, columns: 37)
    }
  }
}
