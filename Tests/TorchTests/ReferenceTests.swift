import Tensors
import TestSupport
import Testing
import Torch

/// Against PyTorch's own operators and its autograd in float64 (make/tensors.py), which know
/// nothing of ours.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct ReferenceTests {
  /// As the host's tests have it: 2e-6 of the largest, of a gradient whose terms cancel of their
  /// size.
  private static let tolerance: Float = 2e-6
  static let attentions = (try? OperatorFixture.all("attention")) ?? []

  @Test func norms() throws {
    let engine = try InstalledTorch.operators(.float32)
    for fixture in try OperatorFixture.all("rms norm") + OperatorFixture.all("layer norm") {
      let x = try engine.rows(fixture["x"])
      let (g, values) = (try engine.rows(fixture["g"]), try fixture.vector("weight"))
      let weight = try engine.vector(values)
      var (y, dx) = (x, x)
      if fixture.has("bias") {
        y = try engine.layerNorm(
          x, weight: weight, bias: engine.vector(fixture.vector("bias")), epsilon: 1e-5)
        dx = try engine.layerNormPullback(x, weight: weight, epsilon: 1e-5, outputGradient: g)
      } else {
        y = try engine.rmsNorm(x, weight: weight, epsilon: 1e-5)
        dx = try engine.rmsNormPullback(
          x, weight: weight, epsilon: 1e-5, outputGradient: g, holdingScale: false)
      }
      #expect(
        try engine.matrix(y).relativeError(to: fixture["y"]) < Self.tolerance, "\(fixture.name)")
      // One column is its own mean: what is left of a gradient times 1/√epsilon is rounding.
      let scale =
        try fixture["g"].maxMagnitude * (values.map(abs).max() ?? 0)
        * (x.columns == 1 && fixture.has("bias") ? 316 : 1)
      #expect(
        try (engine.matrix(dx) - fixture["dx"]).maxMagnitude < Self.tolerance * scale,
        "\(fixture.name)")
    }
  }

  @Test(arguments: GateActivation.allCases)
  func gates(_ activation: GateActivation) throws {
    let engine = try InstalledTorch.operators(.float32)
    let fixtures = try OperatorFixture.all("\(activation) gate")
    #expect(fixtures.count >= 3)
    for fixture in fixtures {
      let gate = try engine.rows(fixture["gate"])
      let up = try engine.rows(fixture["up"])
      let y = try engine.gated(gate, up: up, by: activation)
      #expect(try engine.matrix(y).relativeError(to: fixture["y"]) < Self.tolerance)
      let found = try engine.gatedPullback(
        gate, up: up, by: activation, outputGradient: engine.rows(fixture["g"]), sharing: false)
      #expect(try engine.matrix(found.gate).relativeError(to: fixture["dgate"]) < Self.tolerance)
      #expect(try engine.matrix(found.up).relativeError(to: fixture["dup"]) < Self.tolerance)
    }
  }

  @Test(arguments: Activation.allCases)
  func activations(_ activation: Activation) throws {
    let engine = try InstalledTorch.operators(.float32)
    let fixture = try #require(
      try OperatorFixture.all("activation").first { $0.name.hasSuffix("/\(activation)") })
    let x = try engine.rows(fixture["x"])
    let y = try engine.activated(x, by: activation)
    #expect(try engine.matrix(y).relativeError(to: fixture["y"]) < Self.tolerance)
    let dx = try engine.activationPullback(
      x, by: activation, outputGradient: engine.rows(fixture["g"]))
    #expect(try engine.matrix(dx).relativeError(to: fixture["dx"]) < Self.tolerance)
  }

  @Test func rotations() throws {
    let engine = try InstalledTorch.operators(.float32)
    let fixtures = try OperatorFixture.all("rotary")
    #expect(fixtures.count == 3)
    for fixture in fixtures {
      let embedding = RotaryEmbedding(
        headSize: Int(try #require(fixture.settings["size"])),
        inverseFrequencies: try fixture.vector("frequencies"))
      let positions = RowPositions.consecutive(from: Int(try #require(fixture.settings["first"])))
      let y = try engine.rotated(engine.rows(fixture["x"]), by: embedding, at: positions)
      #expect(try engine.matrix(y).relativeError(to: fixture["y"]) < Self.tolerance)
      let dx = try engine.rotationPullback(engine.rows(fixture["g"]), by: embedding, at: positions)
      #expect(try engine.matrix(dx).relativeError(to: fixture["dx"]) < Self.tolerance)
    }
  }

  @Test func hasAttentions() { #expect(Self.attentions.count == 14) }

  /// 1e-5 of the largest, as the host's kernels are held to.
  @Test(arguments: attentions)
  func attention(_ fixture: OperatorFixture) throws {
    let engine = try InstalledTorch.operators(.float32)
    func setting(_ name: String) -> Int { Int(fixture.settings[name] ?? 0) }
    let shape = AttentionShape(
      queryHeads: setting("heads"), keyValueHeads: setting("groups"), headSize: setting("size"),
      scale: fixture.settings["factor"].map { Float($0) }, causal: setting("causal") == 1,
      window: fixture.settings["window"].map { Int($0) })
    let ends = fixture.has("ends") ? try fixture.vector("ends").map { Int($0) } : nil
    let (q, k, v) = (
      try engine.rows(fixture["q"]), try engine.rows(fixture["k"]), try engine.rows(fixture["v"])
    )
    let (output, logSumExp) = try engine.attention(
      q, k, v, shape: shape, firstQueryPosition: setting("first"), keyEnds: ends,
      cancellation: .never)
    #expect(try engine.matrix(output).relativeError(to: fixture["output"]) < 1e-5)
    #expect(try engine.matrix(logSumExp).relativeError(to: fixture["normalizer"]) < 1e-5)
    let found = try engine.attentionPullback(
      q, k, v, output: output, logSumExp: logSumExp, shape: shape,
      firstQueryPosition: setting("first"), keyEnds: ends,
      outputGradient: engine.rows(fixture["g"]))
    #expect(try engine.matrix(found.q).relativeError(to: fixture["dq"]) < 1e-5)
    #expect(try engine.matrix(found.k).relativeError(to: fixture["dk"]) < 1e-5)
    #expect(try engine.matrix(found.v).relativeError(to: fixture["dv"]) < 1e-5)
  }
}
