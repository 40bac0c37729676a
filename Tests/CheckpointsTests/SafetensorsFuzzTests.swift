import Checkpoints
import Foundation
import TestSupport
import Testing

/// Mutates the committed seeds for a bounded time: every outcome is a file that reads whole or an
/// error, never a trap.
@Suite struct SafetensorsFuzzTests {
  @Test(.timeLimit(.minutes(1)))
  func survivesMutatedHeaders() throws {
    let seeds = try Fixtures.seeds("fuzz/safetensors")
    try #require(!seeds.isEmpty)
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.safetensors"
    var random = SplitMix(seed: 2026)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(2)
    var runs = 0
    while clock.now < end, runs < 20_000 {
      let bytes = mutate(seeds[runs % seeds.count], using: &random)
      try folder.write(runs < seeds.count ? seeds[runs] : bytes, "x.safetensors")
      runs += 1
      guard let file = try? SafetensorsFile(path: path) else { continue }
      for name in file.entries.keys {
        _ = try? file.floats(name)
        _ = try? file.requireFinite(name)
      }
    }
    #expect(runs > seeds.count)
  }
}
