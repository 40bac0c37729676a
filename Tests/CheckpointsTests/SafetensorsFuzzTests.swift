import Checkpoints
import Foundation
import TestSupport
import Testing

/// Mutates the committed seeds: every outcome is a file that reads whole or an
/// error, never a trap.
@Suite struct SafetensorsFuzzTests {
  @Test func survivesMutatedHeaders() throws {
    let seeds = try Fixtures.seeds("fuzz/safetensors")
    try #require(!seeds.isEmpty)
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.safetensors"
    let run = FuzzRun(rounds: 5_000, seed: 2026)
    let found = try run("safetensors") { round, random in
      let seed = seeds[round % seeds.count]
      try folder.write(
        round < seeds.count ? seed : mutate(seed, using: &random), "x.safetensors")
      guard let file = try? SafetensorsFile(path: path) else { return .refused }
      for name in file.entries.keys {
        _ = try? file.floats(name)
        _ = try? file.requireFinite(name)
      }
      return .answered
    }
    #expect(found.answered > 0 && found.refused > 0)
  }
}
