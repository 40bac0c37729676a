import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
  static let fixtures = (try? OperatorFixture.all("attention")) ?? []

  static func shape(_ fixture: OperatorFixture) -> AttentionShape {
    func setting(_ name: String) -> Int { Int(fixture.settings[name] ?? 0) }
    return AttentionShape(
      queryHeads: setting("heads"), keyValueHeads: setting("groups"), headSize: setting("size"),
      scale: fixture.settings["factor"].map { Float($0) },
      causal: setting("causal") == 1, window: fixture.settings["window"].map { Int($0) })
  }

  @Test func hasFixtures() { #expect(Self.fixtures.count == 14) }

  /// float32 sums of some hundred terms: 1e-5 of the largest element leaves a
  /// factor of ten over √terms·ε.
  @Test(arguments: fixtures, KernelPath.available)
  func matchesPyTorch(fixture: OperatorFixture, path: KernelPath) throws {
    let compute = Compute(team: ThreadTeam(threadCount: 2), precision: .float32, path: path)
    let first = Int(fixture.settings["first"] ?? 0)
    let ends = fixture.has("ends") ? try fixture.vector("ends").map { Int($0) } : nil
    let (output, logSumExp) = attention(
      try fixture["q"], try fixture["k"], try fixture["v"], shape: Self.shape(fixture),
      firstQueryPosition: first, keyEnds: ends, compute: compute)
    #expect(try output.relativeError(to: fixture["output"]) < 1e-5)
    #expect(try logSumExp.relativeError(to: fixture["normalizer"]) < 1e-5)
    let gradients = attentionPullback(
      try fixture["q"], try fixture["k"], try fixture["v"], output: output, logSumExp: logSumExp,
      shape: Self.shape(fixture), firstQueryPosition: first, keyEnds: ends, compute: compute,
      outputGradient: try fixture["g"])
    #expect(try gradients.q.relativeError(to: fixture["dq"]) < 1e-5)
    #expect(try gradients.k.relativeError(to: fixture["dk"]) < 1e-5)
    #expect(try gradients.v.relativeError(to: fixture["dv"]) < 1e-5)
  }
}
