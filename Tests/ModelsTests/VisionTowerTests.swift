import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

/// SigLIP's tower against transformers in float32 (Tests/Fixtures/make/towers.py).
@Suite struct VisionTowerTests {
  private func tower(_ output: TowerOutput) throws -> VisionTower {
    let folder = Fixtures.path("towers/siglip")
    let configuration = try VisionConfiguration(
      ConfigurationReader("config.json", in: folder, path: ""), kinds: [.siglip])
    let compute = Compute(team: ThreadTeam(threadCount: 1), precision: .float32)
    return try VisionTower(
      configuration, output: output, weights: Checkpoint(folder: folder).scope("vision_tower"),
      compute: compute, engine: HostOperators(compute))
  }

  private func features(_ output: TowerOutput) throws -> Matrix {
    let pixels = try TensorFixture("towers/siglip.safetensors").matrix("pixels").row(0)
    return try tower(output)(Array(pixels), cancellation: .never)
  }

  @Test(arguments: 0...3)
  func everyHiddenStateIsThatOfTransformers(state: Int) throws {
    let expected = try TensorFixture("towers/siglip.safetensors").matrix("state.\(state)")
    #expect(
      try features(.states([state])).relativeError(to: expected) < DecoderParityTests.bound)
  }

  @Test func theNormStandsBehindTheLastLayer() throws {
    let expected = try TensorFixture("towers/siglip.safetensors").matrix("normed")
    #expect(try features(.normed).relativeError(to: expected) < DecoderParityTests.bound)
  }

  @Test func statesStandSideBySideInTheOrderAskedFor() throws {
    let several = try features(.states([3, 0, 3]))
    let single = [3, 0, 3].map { state in try? features(.states([state])) }
    for row in 0..<several.rows {
      #expect(several.row(row) == single.compactMap { $0 }.flatMap { $0.row(row) })
    }
  }
}
