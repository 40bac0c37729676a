import Autoencoders
import Tensors
import Testing

/// Codes against PyTorch in float64, and against a full sort where products are exact.
@Suite struct EncodingTests {
  @Test(arguments: Reference.formats, ["5", "many"])
  func matchesPyTorchInEveryNumberFormat(format: String, k: String) throws {
    let reference = try Reference("codes")
    let stored = try Reference.autoencoder(format)
    let wanted = try reference.matrix("\(format).\(k).values").columns
    let autoencoder = try stored.with(k: wanted)
    let code = try autoencoder.encode(try reference.matrix("x"))
    #expect(code.rows == 23)
    for row in 0..<code.rows {
      let expected = try reference.row(row, of: "\(format).\(k)")
      let (indices, values) = code.row(row)
      #expect(indices.map(Int.init) == expected.map(\.latent), "row \(row)")
      for (value, expected) in zip(values, expected) {
        #expect(abs(value - expected.value) < 2e-6, "row \(row)")
      }
    }
    #expect(abs(code.l0 - (try reference.number("\(format).\(k).l0"))) < 1e-5)
    if k == "many" { #expect(code.l0 < Double(wanted), "fewer are positive than may be active") }
  }

  @Test(arguments: Reference.formats)
  func preActivationsAreThoseOfPyTorch(format: String) throws {
    let reference = try Reference("codes")
    let expected = try reference.matrix("\(format).preActivations")
    let latents = [37, 0, 12, 12]
    let found = try Reference.autoencoder(format).preActivations(
      try reference.matrix("x"), latents: latents)
    for row in 0..<expected.rows {
      for (column, latent) in latents.enumerated() {
        #expect(abs(found[row, column] - expected[row, latent]) < 2e-6)
      }
    }
  }

  /// Small whole numbers make every product exact and many pre-activations equal.
  @Test(arguments: [5, 9, 40, 63, 200, 333, 900, 1_800, 100_000])
  func equalsAFullSortInTilesOfEverySize(tileElements: Int) throws {
    let (rows, width, latents) = (9, 6, 700)
    let x = Matrix(whole: rows, width, salt: 1, span: 3)
    for k in [1, 4, 31, 150, latents - 1, latents] {
      let (autoencoder, encoder, bias) = try exactAutoencoder(width, latents, k: k)
      let code = try autoencoder.encode(x, tileElements: tileElements)
      for row in 0..<rows {
        let values = (0..<latents).map { latent in
          max(0, bias[latent] + (0..<width).reduce(0) { $0 + encoder[latent, $1] * x[row, $1] })
        }
        let order = (0..<latents).sorted {
          values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1
        }
        let expected = order.prefix(k).filter { values[$0] > 0 }
        #expect(code.row(row).indices.map(Int.init) == expected, "k \(k), row \(row)")
        #expect(Array(code.row(row).values) == expected.map { values[$0] })
      }
    }
  }

  @Test func noRowsGiveNoCode() throws {
    let autoencoder = try Reference.autoencoder("float32")
    let code = try autoencoder.encode(Matrix(rows: 0, columns: 19))
    #expect(code.rows == 0)
    #expect(code.l0 == 0)
    #expect(try autoencoder.decode(code).rows == 0)
  }

  @Test func refusesActivationsOfAnotherWidthAndWithoutNumbers() throws {
    let autoencoder = try Reference.autoencoder("float32")
    #expect(
      throws: AutoencoderError.mismatch(
        what: "the width of the activations", found: 18, expected: 19)
    ) { try autoencoder.encode(Matrix(rows: 1, columns: 18)) }
    for value in [Float.nan, .infinity] {
      var x = Matrix(rows: 2, columns: 19)
      x[1, 3] = value
      #expect(throws: AutoencoderError.self) { try autoencoder.encode(x) }
    }
    #expect(throws: AutoencoderError.latentOutOfRange(latent: 50, latentCount: 50)) {
      try autoencoder.preActivations(Matrix(rows: 1, columns: 19), latents: [50])
    }
    #expect(throws: AutoencoderError.latentOutOfRange(latent: -1, latentCount: 50)) {
      try autoencoder.decoderRows([3, -1])
    }
  }

  @Test func stopsBetweenTilesWhenCancelled() throws {
    let autoencoder = try Reference.autoencoder("float32")
    #expect(throws: CancellationError.self) {
      try autoencoder.encode(
        Matrix(rows: 3, columns: 19), cancellation: Cancellation { true })
    }
  }

  private func exactAutoencoder(
    _ width: Int, _ latents: Int, k: Int
  ) throws -> (SparseAutoencoder, encoder: Matrix, bias: [Float]) {
    let encoder = Matrix(whole: latents, width, salt: 2, span: 2)
    let bias = Matrix(whole: 1, latents, salt: 3, span: 1).values
    let autoencoder = try SparseAutoencoder(
      configuration: AutoencoderConfiguration(inputSize: width, latentCount: latents, k: k),
      encoder: WeightMatrix(encoder), encoderBias: bias, decoder: WeightMatrix(encoder),
      decoderBias: [Float](repeating: 0, count: width), compute: Reference.compute)
    return (autoencoder, encoder, bias)
  }
}

extension Matrix {
  /// Whole numbers in -span...span that look random.
  init(whole rows: Int, _ columns: Int, salt: Int, span: Int) {
    var state = UInt64(salt) &* 0x9E37_79B9_7F4A_7C15
    let values = (0..<rows * columns).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int((state >> 40) % UInt64(2 * span + 1)) - span)
    }
    self.init(rows: rows, columns: columns, values: values)
  }
}

extension SparseAutoencoder {
  /// The same weights with another k.
  func with(k: Int) throws -> SparseAutoencoder {
    try SparseAutoencoder(
      configuration: AutoencoderConfiguration(inputSize: inputSize, latentCount: latentCount, k: k),
      encoder: encoder, encoderBias: encoderBias, decoder: decoder, decoderBias: decoderBias,
      compute: Reference.compute)
  }
}
