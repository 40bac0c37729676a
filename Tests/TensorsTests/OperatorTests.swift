import Tensors
import TestSupport
import Testing

/// Against PyTorch in float64. Elementwise operators and sums of at most a hundred terms: 2e-6 of
/// the largest element is some sixteen units in its last place.
@Suite struct OperatorTests {
  let tolerance: Float = 2e-6

  @Test func rmsNormMatchesPyTorch() throws {
    for fixture in try OperatorFixture.all("rms norm") {
      let (x, weight) = try (fixture["x"], fixture.vector("weight"))
      let y = rmsNorm(x, weight: weight, epsilon: 1e-5)
      #expect(try y.relativeError(to: fixture["y"]) < tolerance, "\(fixture.name)")
      let dx = rmsNormPullback(x, weight: weight, epsilon: 1e-5, outputGradient: try fixture["g"])
      let scale = try fixture["g"].maxMagnitude * weight.map(abs).max()!
      #expect(try (dx - fixture["dx"]).maxMagnitude < tolerance * scale, "\(fixture.name)")
    }
  }

  @Test func layerNormMatchesPyTorch() throws {
    for fixture in try OperatorFixture.all("layer norm") {
      let (x, weight) = try (fixture["x"], fixture.vector("weight"))
      let y = layerNorm(x, weight: weight, bias: try fixture.vector("bias"), epsilon: 1e-5)
      #expect(try y.relativeError(to: fixture["y"]) < tolerance, "\(fixture.name)")
      let dx = layerNormPullback(x, weight: weight, epsilon: 1e-5, outputGradient: try fixture["g"])
      // One column has no variance: its scale is 1/√ε, which multiplies the
      // rounding of a zero gradient.
      let scale =
        try fixture["g"].maxMagnitude * weight.map(abs).max()! * (x.columns == 1 ? 316 : 1)
      #expect(try (dx - fixture["dx"]).maxMagnitude < tolerance * scale, "\(fixture.name)")
    }
  }

  @Test(arguments: GateActivation.allCases)
  func gatesMatchPyTorch(activation: GateActivation) throws {
    let fixtures = try OperatorFixture.all("\(activation) gate")
    #expect(fixtures.count >= 3)
    for fixture in fixtures {
      let (gate, up) = try (fixture["gate"], fixture["up"])
      #expect(
        try gated(gate, up: up, by: activation).relativeError(to: fixture["y"]) < tolerance)
      let gradients = gatedPullback(
        gate, up: up, by: activation, outputGradient: try fixture["g"])
      #expect(try gradients.gate.relativeError(to: fixture["dgate"]) < tolerance)
      #expect(try gradients.up.relativeError(to: fixture["dup"]) < tolerance)
    }
  }

  @Test(arguments: Activation.allCases)
  func activationsMatchPyTorch(activation: Activation) throws {
    let fixture = try #require(
      try OperatorFixture.all("activation").first { $0.name == "activation/\(activation)" })
    #expect(try activation(fixture["x"]).relativeError(to: fixture["y"]) < tolerance)
    let dx = activation.pullback(try fixture["x"], outputGradient: try fixture["g"])
    #expect(try dx.relativeError(to: fixture["dx"]) < tolerance)
  }

  @Test func rotaryMatchesPyTorch() throws {
    for fixture in try OperatorFixture.all("rotary") {
      let rotary = RotaryEmbedding(
        headSize: Int(try #require(fixture.settings["size"])),
        inverseFrequencies: try fixture.vector("frequencies"))
      let first = Int(try #require(fixture.settings["first"]))
      #expect(try rotary(fixture["x"], from: first).relativeError(to: fixture["y"]) < tolerance)
      let dx = rotary.pullback(try fixture["g"], from: first)
      #expect(try dx.relativeError(to: fixture["dx"]) < tolerance)
    }
  }
}
