import Autoencoders
import Tensors
import TestSupport
import Testing
import Torch

/// Autoencoders whose weights PyTorch holds, against PyTorch in float64 and against this program's
/// own products.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct EngineTests {
  private func onTorch(_ autoencoder: SparseAutoencoder) throws -> SparseAutoencoder {
    let copy = try autoencoder.with(
      latents: TorchLatents(
        encoder: autoencoder.encoder, bias: autoencoder.encoderBias, decoder: autoencoder.decoder,
        operators: InstalledTorch.operators(.float32)))
    #expect(copy.searchBytes == 0)
    return copy
  }

  @Test(arguments: Reference.formats)
  func matchesPyTorch(format: String) throws {
    let reference = try Reference("codes")
    let autoencoder = try onTorch(Reference.autoencoder(format))
    let x = try reference.matrix("x")
    for name in ["zero", "smallClamp", "largeClamp", "add", "scale"] {
      let key = "\(format).reselect.\(name)"
      let change = try reference.change(name, of: key)
      let found = try autoencoder.encode(x, changing: [change])
      for row in 0..<23 {
        let expected = try reference.row(row, of: key)
        let indices = found.code.row(row).indices.map(Int.init)
        #expect(indices == expected.map(\.latent), "\(key) \(row)")
        for (value, expected) in zip(found.code.row(row).values, expected) {
          #expect(abs(value - expected.value) < 2e-6)
        }
      }
      let difference = try autoencoder.decodeChange(from: autoencoder.encode(x), to: found.code)
      let expected = try reference.matrix("\(key).decodeChange")
      #expect((difference - expected).maxMagnitude < 1e-5 * max(1, expected.maxMagnitude))
    }
  }

  private static let activations: [String: LatentActivation] = [
    "topk": .topK(9), "signed": .signedTopK(9), "absolute": .absoluteTopK(9), "relu": .relu,
    "jumprelu": .jumpReLU(thresholds: (0..<20_000).map { Float($0 % 7) }),
  ]

  /// Numbers of few bits: their products and sums are exact in any order, so that codes, equal
  /// values among them, must agree to the last bit. 20,000 latents are two tiles.
  @Test(arguments: activations.keys.sorted())
  func agreesWithTheProcessor(name: String) throws {
    let activation = try #require(Self.activations[name])
    var generator = SplitMix(seed: 5)
    func whole(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(
        rows: rows, columns: columns,
        values: (0..<rows * columns).map { _ in Float(Int(generator.next() % 9) - 4) })
    }
    let (latents, size) = (20_000, 6)
    let host = try SparseAutoencoder(
      configuration: AutoencoderConfiguration(
        inputSize: size, latentCount: latents, k: activation.k ?? latents),
      encoder: WeightMatrix(whole(latents, size)),
      // Few pass where each latent is judged by itself.
      encoderBias: whole(1, latents).values.map { activation.k == nil ? $0 - 40 : $0 },
      decoder: WeightMatrix(whole(latents, size)), decoderBias: whole(1, size).values,
      activation: activation, compute: Reference.compute)
    let device = try onTorch(host)
    let x = whole(7, size)
    let code = try host.encode(x)
    #expect(code.activeCount > 7)
    #expect(try device.encode(x) == code)
    #expect(try device.decode(code) == host.decode(code))
    #expect(try device.reconstruction(code, of: x) == host.reconstruction(code, of: x))
    let gradient = whole(7, size)
    #expect(
      try device.scores(code, gradient: gradient) == host.scores(code, gradient: gradient))
    let fit = try host.fit(x, code: code)
    #expect(try device.fit(x) == fit)
    guard activation.k != nil else { return }
    let (first, second) = (Int(code.row(0).indices[0]), Int(code.row(1).indices.first ?? 0))
    let changes = [
      LatentChange(rows: [0..<7], latent: first, rule: .zero),
      LatentChange(rows: [0..<3], latent: second, rule: .scale(-0.5)),
      LatentChange(rows: [2..<7], latent: 19_999, rule: .clamp(1000)),
      LatentChange(rows: [5..<6], latent: 3, rule: .add(-1000)),
    ]
    let changed = try host.encode(x, changing: changes)
    #expect(changed.code != code)
    #expect(try device.encode(x, changing: changes) == changed)
  }

  @Test func backOnTheProcessorItSearchesAgain() throws {
    let fast = try Reference.autoencoder("float32").with(
      compute: Compute(team: ThreadTeam(threadCount: 1), precision: .bfloat16))
    #expect(fast.searchBytes > 0)
    let back = try onTorch(fast).with(latents: nil)
    #expect(back.searchBytes == fast.searchBytes)
    let x = try Reference("codes").matrix("x")
    #expect(try back.encode(x) == fast.encode(x))
  }

  @Test func whatIsNotFiniteIsNamedAsOnTheProcessor() throws {
    var weights = Matrix(rows: 300, columns: 2)
    weights[211, 1] = .infinity
    let host = try SparseAutoencoder(
      configuration: AutoencoderConfiguration(inputSize: 2, latentCount: 300, k: 3),
      encoder: WeightMatrix(weights), encoderBias: [Float](repeating: 0, count: 300),
      decoder: WeightMatrix(Matrix(rows: 300, columns: 2)), decoderBias: [0, 0],
      compute: Reference.compute)
    let x = Matrix(rows: 1, columns: 2, values: [0, 1])
    let expected = AutoencoderError.notFinite(what: "the pre-activation", row: 0, column: 211)
    for autoencoder in [host, try onTorch(host)] {
      #expect(throws: expected) { try autoencoder.encode(x) }
    }
  }
}
