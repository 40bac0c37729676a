import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Archives that are damaged or mean harm: each is refused with words, and nothing else happens.
@Suite struct HostileArchiveTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures").path

  /// What an autoencoder's format refuses, and not the archive: see `FormatTests`.
  private static let refusedByFormats: Set = ["array-empty", "class-unknown", "other-module"]

  /// Why the weights [M, D] and biases that an archive of an autoencoder holds are not read.
  private func refusal(_ folder: String, width: Int = 4, latents: Int = 6) -> String? {
    do {
      var memory = MemoryAllowance(left: 1 << 30)
      let isNumpy = FileManager.default.fileExists(atPath: folder + "/params.npz")
      let file = try MappedFile(path: folder + (isNumpy ? "/params.npz" : "/ae.pt"))
      let torch = isNumpy ? nil : try TorchArchive(file: file)
      let numpy = NumpyArchive(zip: try ZipArchive(file: file))
      let names =
        isNumpy
        ? ["W_enc", "W_dec", "b_enc", "b_dec"]
        : ["encoder.weight", "decoder.weight", "encoder.bias", "b_dec"]
      for (name, count) in zip(names, [0, 0, latents, width]) {
        let tensor = try torch?.tensor(name) ?? numpy.tensor(name, memory: &memory)
        if count > 0 {
          _ = try tensor.vector(count: count)
        } else {
          _ = try tensor.matrix(
            rows: latents, columns: width,
            transposed: name == "W_enc" || name == "decoder.weight", memory: &memory)
        }
      }
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Written by Tests/Fixtures/make/hostile_archives.py, each with a word its refusal must hold.
  @Test func everyHostileFileIsRefusedInWords() throws {
    let hostile = Self.fixtures + "/hostile-archives"
    let data = try Data(contentsOf: URL(filePath: hostile + "/MANIFEST.json"))
    let manifest = try JSONDecoder().decode(Manifest.self, from: data)
    let refusals = manifest.refusals.filter { !Self.refusedByFormats.contains($0.key) }
    #expect(refusals.count >= 25 && refusals.count == manifest.refusals.count - 3)
    for (name, word) in refusals.sorted(by: { $0.key < $1.key }) {
      let message = refusal("\(hostile)/\(name)")
      #expect(message?.contains(word) == true, "\(name): \(message ?? "was read")")
    }
  }

  /// Cut off anywhere, or with any byte another one, a file is refused or read; it never traps.
  @Test(arguments: [
    ("dictionary_learning/topk", "ae.pt"),
    ("gemma-scope-tiny/layer_2/stored", "params.npz"),
    ("gemma-scope-tiny/layer_2/deflated", "params.npz"),
  ])
  func noDamageTraps(folder: String, file: String) throws {
    let temporary = try TemporaryFolder()
    let url = URL(filePath: "\(temporary.path)/\(file)")
    let whole = try Data(contentsOf: URL(filePath: "\(Self.fixtures)/formats/\(folder)/\(file)"))
    func refusal(of bytes: Data) throws -> String? {
      try bytes.write(to: url)
      return self.refusal(temporary.path, width: 12, latents: 24)
    }
    #expect(try refusal(of: whole) == nil)
    for count in stride(from: 0, to: whole.count, by: 7) {
      #expect(try refusal(of: whole.prefix(count)) != nil)
    }
    var generator = SplitMix(seed: 4)
    var refused = 0
    for _ in 0..<1_500 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<whole.count, using: &generator)
        damaged[damaged.startIndex + place] = UInt8.random(in: 0...255, using: &generator)
      }
      if try refusal(of: damaged) != nil { refused += 1 }
    }
    #expect(refused > 700)
  }

  private struct Manifest: Decodable { let refusals: [String: String] }
}
