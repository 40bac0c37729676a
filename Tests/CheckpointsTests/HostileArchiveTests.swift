import Autoencoders
import Foundation
import Tensors
import Testing

/// Archives that are damaged or mean harm: each is refused with words, and nothing else happens.
@Suite struct HostileArchiveTests {
  static let hostile = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/hostile-archives").path

  private func refusal(_ path: String, memory: Int = 1 << 30) -> String? {
    do {
      _ = try TopKAutoencoder(path: path, compute: Reference.compute, memory: memory)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Written by Tests/Fixtures/make/hostile_archives.py, each with a word its refusal must hold.
  @Test func everyHostileFileIsRefusedInWords() throws {
    let data = try Data(contentsOf: URL(filePath: Self.hostile + "/MANIFEST.json"))
    let manifest = try JSONDecoder().decode(Manifest.self, from: data)
    #expect(manifest.refusals.count >= 25)
    for (name, word) in manifest.refusals.sorted(by: { $0.key < $1.key }) {
      let message = refusal("\(Self.hostile)/\(name)")
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
    let target = temporary.path + "/sae"
    try FileManager.default.copyItem(atPath: "\(FormatTests.folder)/\(folder)", toPath: target)
    let whole = try Data(contentsOf: URL(filePath: "\(target)/\(file)"))
    for count in stride(from: 0, to: whole.count, by: 7) {
      try whole.prefix(count).write(to: URL(filePath: "\(target)/\(file)"))
      #expect(refusal(target) != nil)
    }
    var generator = SplitMix(state: 4)
    var refused = 0
    for _ in 0..<1_500 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<whole.count, using: &generator)
        damaged[damaged.startIndex + place] = UInt8.random(in: 0...255, using: &generator)
      }
      try damaged.write(to: URL(filePath: "\(target)/\(file)"))
      if refusal(target) != nil { refused += 1 }
    }
    #expect(refused > 700)
  }

  private struct Manifest: Decodable { let refusals: [String: String] }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}
