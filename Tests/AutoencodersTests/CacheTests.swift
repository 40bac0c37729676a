import Autoencoders
import Checkpoints
import Foundation
import Tensors
import Testing

/// Feature caches: the paper's, and delphi's held to files that delphi wrote.
@Suite struct CacheTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/caches").path

  /// Every active latent, as the script had them.
  static func all() throws -> [CachedActivation] {
    let file = try SafetensorsFile(path: folder + "/all.safetensors")
    let entry = try file.entry("locations")
    let bytes = try file.file.bytes(entry.byteOffset..<entry.byteOffset + entry.byteCount)
    let numbers = stride(from: 0, to: bytes.count, by: 8).map { Int(bytes[$0]) }
    return try file.floats("activations").enumerated().map {
      CachedActivation(
        row: numbers[3 * $0], position: numbers[3 * $0 + 1], latent: numbers[3 * $0 + 2], value: $1)
    }
  }

  private func read(_ cache: FeatureCache) throws -> [CachedActivation] {
    try cache.splits.flatMap { split in
      try stride(from: 0, to: split.count, by: 7).flatMap {
        try split.entries($0..<min(split.count, $0 + 7))
      }
    }
  }

  private func ordered(_ entries: [CachedActivation]) -> [CachedActivation] {
    entries.sorted { ($0.row, $0.position, $0.latent) < ($1.row, $1.position, $1.latent) }
  }

  @Test func thePapersCacheIsReadAndItsLossIsTold() throws {
    let cache = try FeatureCache(path: Self.folder + "/paper")
    #expect(cache.missingLatents == [11, 24, 36, 49])
    let missing = Set(cache.missingLatents)
    let wanted = try Self.all().filter { !missing.contains($0.latent) }
    #expect(ordered(try read(cache)) == wanted)
    #expect(cache.count == wanted.count)
  }

  @Test func delphisCacheIsReadWhole() throws {
    let cache = try FeatureCache(path: Self.folder + "/delphi/layers.3")
    #expect(cache.missingLatents.isEmpty)
    let wanted = try Self.all().map {
      CachedActivation(
        row: $0.row, position: $0.position, latent: $0.latent, value: Float(Float16($0.value)))
    }
    #expect(ordered(try read(cache)) == wanted)
    #expect(wanted.contains { $0.latent == 49 })
  }

  /// The same names, types, shapes and bytes as delphi's `save_splits` wrote.
  @Test func whatIsWrittenIsWhatDelphiWrites() throws {
    let folder = try TemporaryFolder()
    try DelphiCacheWriter(latentCount: 50, splits: 4).write(try Self.all(), to: folder.path)
    for name in ["0_11", "12_24", "25_36", "37_49"] {
      let ours = try SafetensorsFile(path: "\(folder.path)/\(name).safetensors")
      let theirs = try SafetensorsFile(path: "\(Self.folder)/delphi/layers.3/\(name).safetensors")
      for tensor in ["locations", "activations"] {
        let (a, b) = (try ours.entry(tensor), try theirs.entry(tensor))
        #expect(a.type == b.type && a.shape == b.shape)
        #expect(
          try ours.file.bytes(a.byteOffset..<a.byteOffset + a.byteCount)
            == theirs.file.bytes(b.byteOffset..<b.byteOffset + b.byteCount))
      }
    }
  }

  @Test func largeNumbersAreWrittenWide() throws {
    let folder = try TemporaryFolder()
    let entries = [
      CachedActivation(row: 70_000, position: 1, latent: 2, value: 0.5),
      CachedActivation(row: 1, position: 65_535, latent: 9, value: 2),
    ]
    try DelphiCacheWriter(latentCount: 10, splits: 2).write(entries, to: folder.path)
    #expect(try read(FeatureCache(path: folder.path)) == entries)
    #expect(throws: AutoencoderError.self) {
      let huge = CachedActivation(row: 0, position: 0, latent: 0, value: 1e6)
      try DelphiCacheWriter(latentCount: 10, splits: 2).write([huge], to: folder.path)
    }
    #expect(throws: AutoencoderError.latentOutOfRange(latent: 10, latentCount: 10)) {
      let beyond = CachedActivation(row: 0, position: 0, latent: 10, value: 1)
      try DelphiCacheWriter(latentCount: 10, splits: 2).write([beyond], to: folder.path)
    }
  }

  @Test func damagedCachesAreRefused() throws {
    let folder = try TemporaryFolder()
    func refused(_ name: String, _ fill: (inout SafetensorsWriter) -> Void) throws -> String {
      let path = "\(folder.path)/\(name).safetensors"
      var writer = SafetensorsWriter()
      fill(&writer)
      try writer.write(to: path)
      do {
        let split = try FeatureCacheSplit(path: path)
        _ = try split.entries(0..<split.count)
        return ""
      } catch { return "\(error)" }
    }
    func latent(_ number: UInt8) -> (inout SafetensorsWriter) -> Void {
      {
        $0.add("locations", type: .uint16, shape: [1, 3], bytes: [0, 0, 0, 0, number, 0])
        $0.add("activations", shape: [1], [1], as: .float16)
      }
    }
    #expect(try refused("4_9", latent(5)) == "")
    #expect(try refused("4_8", latent(5)).contains("latent 9"))
    #expect(try refused("9_4", latent(0)).contains("FIRST_LAST"))
    #expect(try refused("Rank0_4", latent(0)).contains("FIRST_LAST"))
    #expect(
      try refused("0_3") {
        $0.add("locations", type: .int64, shape: [1, 3], bytes: [UInt8](repeating: 255, count: 24))
        $0.add("activations", shape: [1], [1])
      }.contains("too large"))
    #expect(
      try refused("0_3") {
        $0.add("locations", shape: [1, 3], [0, 0, 0])
        $0.add("activations", shape: [1], [1])
      }.contains("I64, U16 or U32"))
    #expect(
      try refused("0_3") {
        $0.add("locations", type: .uint16, shape: [1, 3], bytes: [0, 0, 0, 0, 0, 0])
        $0.add("activations", shape: [2], [1, 1])
      }.contains("[N, 3]"))
  }
}
