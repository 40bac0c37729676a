import FeatureIndex
import Foundation
import JSON
import JSONRPC
import Kernel
import Testing
import World

/// What ships with the world: every file as its manifest has it, and the autoencoders of its
/// depths.
@Suite struct WorldFilesTests {
  private struct Manifest: Decodable {
    let sha256: [String: String]
  }

  private let world: World

  init() throws {
    world = try #require(World(), "the world's resources are not beside the test program")
  }

  /// Every file under the world's folder, by its path from there.
  private func files() throws -> Set<String> {
    let listed = FileManager.default.enumerator(atPath: world.folder)
    let paths = try #require(listed).compactMap { $0 as? String }
    return Set(
      try paths.filter { path in
        let found = try FileManager.default.attributesOfItem(atPath: "\(world.folder)/\(path)")
        return found[.type] as? FileAttributeType == .typeRegular
      })
  }

  @Test func theManifestHasEveryFileAsItShips() throws {
    let path = URL(filePath: world.folder + "/MANIFEST.json")
    let manifest = try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: path))
    let shipped = try files().filter { !["MANIFEST.json", "README.md"].contains($0) }
    #expect(shipped == Set(manifest.sha256.keys))
    for (name, expected) in manifest.sha256 {
      let bytes = try Data(contentsOf: URL(filePath: "\(world.folder)/\(name)"))
      #expect(SHA256.digest(of: Array(bytes)).hexadecimal == expected, "\(name)")
    }
  }

  @Test func everyNamedPlaceHasItsFiles() throws {
    let places = [
      world.clip + "/model.safetensors", world.clip + "/preprocessor_config.json",
      world.clip + "/tokenizer.json", world.concepts,
    ]
    let depths = World.depths.compactMap { world.autoencoder(ofBlock: $0) }
    #expect(depths.count == World.depths.count)
    for path in places + depths.map({ $0 + "/sae.safetensors" }) {
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
    #expect(world.autoencoder(ofBlock: 0) == nil)
  }

  /// A start without arguments loads the one of block 3; the others come by name, each at the site
  /// that its folder is named for, and fit the model there within the bound that was aimed at.
  @Test func theFurtherAutoencodersComeByNameAlone() throws {
    let client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 1, world: world))
    let picture: JSONValue = ["image": ["path": .string(try #require(world.probePicture))]]
    _ = try client.ask(
      "context/open", ["parts": [picture, ["text": "What is in the image?"]]])
    let loaded = try client.ask("kernel/status", [:])["saes"]?.arrayValue ?? []
    #expect(loaded.map { $0["site"] } == ["resid_post.3"])
    for block in World.depths where block != 3 {
      let path = try #require(world.autoencoder(ofBlock: block))
      let answer = try client.ask("sae/load", ["path": .string(path)])
      #expect(answer["site"] == .string("resid_post.\(block)"))
      let found = try #require(answer["fit"]?["fvu"]).double
      #expect(found < 0.15, "block \(block)")
    }
  }
}
