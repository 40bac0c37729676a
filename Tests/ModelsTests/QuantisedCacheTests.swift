import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// The file in which 8-bit weights are kept between loads: used where it is sound, made again where
/// it is not, done without where it cannot be written.
@Suite struct QuantisedCacheTests {
  private let checkpoint: FixtureCopy
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "lucarne-\(UUID().uuidString)/cache").path

  init() throws { checkpoint = try FixtureCopy(of: "models/llama3") }

  private final class Told {
    var reserved = 0
    var fractions: [Double] = []
    var warnings: [String] = []
  }

  private func load(
    _ path: String? = nil, cache: String?, cancellation: Cancellation = .never
  ) throws -> (model: Model, told: Told) {
    let told = Told()
    let model = try Model(
      folder: path ?? checkpoint.path, precision: .int8, team: ThreadTeam(threadCount: 1),
      quantisation: .init(
        cacheFolder: cache, reserve: { told.reserved += $0 },
        progress: { told.fractions.append($0) }, cancellation: cancellation,
        warn: { told.warnings.append($0) }))
    return (model, told)
  }

  /// The logits of a few tokens, which depend on every 8-bit matrix.
  private func logits(_ model: Model) throws -> Matrix {
    let decoder = model.decoder
    var cache = decoder.makeCache()
    return try decoder.logits(
      try decoder.forward(
        decoder.embed([5, 7, 11, 13]), blocks: 0..<decoder.blockCount, cache: &cache))
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func cacheFile() throws -> URL {
    URL(filePath: "\(folder)/\(try #require(try files().first))")
  }

  @Test func madeOnceAndMappedFromThenOn() throws {
    let without = try load(cache: nil)
    let bytes = without.model.heldBytes
    #expect(bytes > 0 && without.told.reserved == bytes)
    #expect(without.told.fractions.last == 1)
    #expect(without.told.fractions == without.told.fractions.sorted())
    let first = try load(cache: folder)
    #expect(try files().count == 1)
    #expect(first.told.warnings.isEmpty && first.told.reserved == bytes)
    #expect(first.model.heldBytes == 0)
    #expect(first.model.byteCount == without.model.byteCount)
    let second = try load(cache: folder)
    #expect(second.told.reserved == 0 && second.told.fractions.isEmpty)
    #expect(second.model.heldBytes == 0)
    let expected = try logits(without.model)
    #expect(try logits(first.model) == expected)
    #expect(try logits(second.model) == expected)
    // Embeddings are not rounded.
    let plain = try Model(
      folder: checkpoint.path, precision: .bfloat16, team: ThreadTeam(threadCount: 1))
    #expect(second.model.decoder.embed([3]) == plain.decoder.embed([3]))
    #expect(plain.heldBytes == 0 && plain.byteCount < second.model.byteCount)
  }

  @Test func othersReadItAsSafetensors() throws {
    _ = try load(cache: folder)
    let file = try SafetensorsFile(path: cacheFile().path)
    #expect(file.entries.count == 2 * (4 * 7 + 1))
    let name = "language_model.layers.2.mlp.down_proj.weight"
    #expect(try file.entry(name).type == .int8)
    let shape = try file.entry(name).shape
    #expect(try file.entry("\(name).scale").shape == [shape[0]])
    #expect(file.metadata["checkpoint"]?.contains("model.safetensors ") == true)
  }

  @Test func aDamagedFileIsMadeAgain() throws {
    let expected = try logits(load(cache: folder).model)
    let url = try cacheFile()
    let whole = try Data(contentsOf: url)
    let length = Int(whole[0]) | Int(whole[1]) << 8
    var scale = whole
    scale.replaceSubrange(8 + length..<12 + length, with: [0, 0, 0xC0, 0x7F])  // NaN
    var key = whole
    let place = try #require(key.range(of: Data("model.safetensors ".utf8)))
    key[place.lowerBound] = UInt8(ascii: "n")
    let damages: [(String, Data)] = [
      ("truncated", whole.dropLast(1)), ("empty", Data()), ("half", whole.prefix(whole.count / 2)),
      ("longer", whole + [0]), ("garbage", Data(repeating: 0xA5, count: 4096)),
      ("a scale that is NaN", scale), ("another checkpoint's", key),
    ]
    for (what, bytes) in damages {
      try bytes.write(to: url)
      let again = try load(cache: folder)
      #expect(again.told.reserved > 0, "\(what) was trusted")
      #expect(again.model.heldBytes == 0 && again.told.warnings.isEmpty, "\(what)")
      #expect(try logits(again.model) == expected, "\(what)")
      #expect(try Data(contentsOf: url) == whole, "\(what)")
      #expect(try files().count == 1, "\(what)")
    }
  }

  /// A checkpoint of the same names, sizes, header and time of change, with other
  /// weights, has a file of its own.
  @Test func anotherCheckpointIsNotMistakenForIt() throws {
    _ = try load(cache: folder)
    let other = try FixtureCopy(of: "models/llama3")
    let weights = URL(filePath: "\(other.path)/model.safetensors")
    var bytes = try Data(contentsOf: weights)
    let header = try SafetensorsFile(path: weights.path)
    let name = try #require(header.entries.keys.first { $0.contains("q_proj") })
    let entry = try #require(header.entries[name])
    bytes[entry.byteOffset] ^= 1
    try bytes.write(to: weights)
    let time = try FileManager.default.attributesOfItem(
      atPath: "\(checkpoint.path)/model.safetensors")[.modificationDate]
    for path in [checkpoint.path, other.path] {
      try FileManager.default.setAttributes(
        [.modificationDate: time ?? Date()], ofItemAtPath: "\(path)/model.safetensors")
    }
    _ = try load(cache: folder)
    let before = try files().count
    let found = try load(other.path, cache: folder)
    #expect(found.told.reserved > 0)
    #expect(try files().count == before + 1)
    // The same folder under another name is the same checkpoint.
    let moved = other.path + "-moved"
    try FileManager.default.moveItem(atPath: other.path, toPath: moved)
    defer { try? FileManager.default.removeItem(atPath: moved) }
    #expect(try load(moved, cache: folder).told.reserved == 0)
  }

  @Test(arguments: ["/proc/lucarne", "/dev/null/lucarne", "/dev/full"])
  func aFolderThatCannotBeWrittenIsDoneWithout(path: String) throws {
    let found = try load(cache: path)
    #expect(found.model.heldBytes > 0)
    #expect(found.told.warnings.count == 1 && found.told.warnings[0].contains(path))
    #expect(try logits(found.model) == logits(load(cache: nil).model))
  }

  @Test func cancellingLeavesNothingBehind() throws {
    for patience in [0, 1, 5, 29, 30, 40, 57] {
      var asked = 0
      let counter = Counter()
      #expect(throws: CancellationError.self, "\(patience)") {
        try load(cache: folder, cancellation: Cancellation { counter.next() > patience })
      }
      asked = counter.count
      #expect(asked == patience + 1)
      #expect(((try? files()) ?? []).isEmpty)
    }
  }

  @Test func theMemoryLimitIsAskedBeforeAnythingIsMade() throws {
    struct Refused: Error {}
    var fractions = 0
    #expect(throws: Refused.self) {
      try Model(
        folder: checkpoint.path, precision: .int8, team: ThreadTeam(threadCount: 1),
        quantisation: .init(reserve: { _ in throw Refused() }, progress: { _ in fractions += 1 }))
    }
    #expect(fractions == 0)
  }

  /// Float16 and float32 checkpoints, sharded ones, and heads that are the embeddings again.
  @Test(arguments: [
    "mistral", "vicuna", "llama31-text", "qwen2-text", "qwen2", "qwen3-text", "qwen3-yarn-text",
  ])
  func everyCheckpointHasEightBits(name: String) throws {
    let path = Fixtures.path("models/\(name)")
    let first = try load(path, cache: folder)
    let second = try load(path, cache: folder)
    #expect(first.told.reserved > 0 && second.told.reserved == 0)
    #expect(try logits(first.model) == logits(second.model))
  }
}

/// Counts from 1.
private final class Counter: @unchecked Sendable {
  private(set) var count = 0
  func next() -> Int {
    count += 1
    return count
  }
}
