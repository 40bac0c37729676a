import Autoencoders
import Tensors
import Testing

/// Reconstructions, scores and fit against PyTorch in float64.
@Suite struct DecodingTests {
  @Test(arguments: Reference.formats, ["5", "many"])
  func matchesPyTorch(format: String, k: String) throws {
    let reference = try Reference("codes")
    let values = try reference.matrix("\(format).\(k).values")
    let autoencoder = try Reference.autoencoder(format).with(k: values.columns)
    let x = try reference.matrix("x")
    let code = try autoencoder.encode(x)
    let reconstruction = try autoencoder.decode(code)
    let expected = try reference.matrix("\(format).\(k).reconstruction")
    #expect(reconstruction.relativeError(to: expected) < 2e-6)

    let fit = try autoencoder.fit(x)
    #expect(abs((fit.fvu ?? -1) - (try reference.number("\(format).\(k).fvu"))) < 2e-6)
    #expect(abs(fit.l0 - (try reference.number("\(format).\(k).l0"))) < 1e-5)

    let scores = try autoencoder.scores(code, gradient: try reference.matrix("gradient"))
    let expectedScores = try reference.matrix("\(format).\(k).scores")
    #expect(scores.count == code.activeCount)
    for row in 0..<code.rows {
      for (column, index) in code.range(ofRow: row).enumerated() {
        #expect(abs(scores[index] - expectedScores[row, column]) < 1e-5)
      }
    }
  }

  @Test func decoderRowsAreTheFilesRows() throws {
    let autoencoder = try Reference.autoencoder("float16")
    let all = autoencoder.decoder.floats()
    let rows = try autoencoder.decoderRows([7, 0, 7])
    #expect(rows == Matrix(stacking: [7, 0, 7].map { all.slice(rows: $0..<$0 + 1) }))
  }

  @Test func neighboursAreTheRowsOfLargestCosine() throws {
    let autoencoder = try Reference.autoencoder("bfloat16")
    let rows = autoencoder.decoder.floats()
    func cosine(_ a: Int, _ b: Int) -> Double {
      func dot(_ a: Int, _ b: Int) -> Double {
        zip(rows.row(a), rows.row(b)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    let found = try autoencoder.neighbours(of: 17, count: 6)
    let expected = (0..<50).filter { $0 != 17 }
      .sorted { cosine(17, $0) > cosine(17, $1) }.prefix(6)
    #expect(found.map(\.latent) == Array(expected))
    for neighbour in found {
      #expect(abs(Double(neighbour.cosine) - cosine(17, neighbour.latent)) < 1e-6)
    }
    #expect(try autoencoder.neighbours(of: 17, count: 1_000).count == 49)
    #expect(try autoencoder.neighbours(of: 17, count: 0).isEmpty)
    #expect(throws: AutoencoderError.self) { try autoencoder.neighbours(of: 50, count: 1) }
  }

  @Test func changesOfTheCodeChangeOnlyTheirRows() throws {
    let autoencoder = try Reference.autoencoder("float32")
    let code = try autoencoder.encode(try Reference("codes").matrix("x"))
    let changed = try code.changing([
      LatentChange(rows: [5..<7], latent: 11, rule: .clamp(3)),
      LatentChange(rows: [6..<7], latent: 12, rule: .add(-2)),
    ])
    let change = try autoencoder.decodeChange(from: code, to: changed)
    let whole = try autoencoder.decode(changed) - autoencoder.decode(code)
    #expect((change - whole).maxMagnitude < 1e-5)
    for row in 0..<code.rows where row != 5 && row != 6 {
      #expect(change.slice(rows: row..<row + 1).maxMagnitude == 0)
    }
  }

  @Test func oneRowHasNoVarianceToExplain() throws {
    let autoencoder = try Reference.autoencoder("float32")
    let fit = try autoencoder.fit(try Reference("codes").matrix("x").slice(rows: 2..<3))
    #expect(fit.fvu == nil)
    #expect(fit.l0 == 5)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let autoencoder = try Reference.autoencoder("float32")
    let code = try autoencoder.encode(try Reference("codes").matrix("x"))
    #expect(throws: AutoencoderError.self) { try autoencoder.decode(SparseCode(latentCount: 51)) }
    #expect(throws: AutoencoderError.self) {
      try autoencoder.scores(code, gradient: Matrix(rows: 23, columns: 18))
    }
    #expect(throws: AutoencoderError.self) {
      try autoencoder.scores(code, gradient: Matrix(rows: 22, columns: 19))
    }
    #expect(throws: AutoencoderError.self) {
      try autoencoder.fit(Matrix(rows: 22, columns: 19), code: code)
    }
    #expect(throws: AutoencoderError.self) {
      try autoencoder.decodeChange(from: code, to: code.slice(rows: 0..<3))
    }
  }
}
