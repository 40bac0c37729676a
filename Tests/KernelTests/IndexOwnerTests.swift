import Foundation
import JSON
import Kernel
import TestSupport
import Testing
import World

/// Labels come from an index of the autoencoder that is asked about, or from none.
@Suite struct IndexOwnerTests {
  private func search(_ query: JSONValue, sae: String? = nil) -> JSONValue {
    sae.map { ["query": query, "sae": .string($0)] } ?? ["query": query]
  }

  @Test func theIndexThatCameWithTheProgramIsOnlyItsAutoencoders() throws {
    let (world, tiny) = (try #require(World()), try TinyWorld())
    let client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 1, world: world))
    let words: JSONValue = ["text": "street"]
    #expect(try client.ask("index/search", search(words))["items"]?.elements.isEmpty == false)
    try client.ask("model/load", ["path": .string(world.model)])
    try client.ask("sae/load", ["path": .string(world.autoencoder)])
    let own = try client.ask("index/search", search(["latents": [73]]))["items"]?.elements
    #expect(own?.first?["label"] != nil)

    try client.ask("model/load", ["path": tiny.model])
    #expect(try client.refusal("index/search", search(words)).kind == "indexMissing")
    let loaded = try client.ask("sae/load", ["path": tiny.autoencoder])
    let name = try #require(loaded["sae"]?.stringValue)
    for params in [search(words), search(["latents": [73]]), search(["latents": [73]], sae: name)] {
      #expect(try client.refusal("index/search", params).kind == "indexMissing", "\(params)")
    }
    // The world's again, as soon as the client goes back to it.
    try client.ask("model/load", ["path": .string(world.model)])
    #expect(try client.ask("index/search", search(["latents": [73]]))["items"] == .array(own ?? []))
  }

  /// By a symbolic link, too, the index that came with the program is not taken for
  /// one that the start named.
  @Test func aWorldBehindALinkIsTheProgramsOwn() throws {
    let (world, tiny) = (try #require(World()), try TinyWorld())
    let link = FileManager.default.temporaryDirectory.path + "/world-\(UUID())"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: world.folder)
    defer { try? FileManager.default.removeItem(atPath: link) }
    let linked = try #require(World(in: [link]))
    let client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 1, world: linked))
    try client.ask("model/load", ["path": tiny.model])
    let loaded = try client.ask("sae/load", ["path": tiny.autoencoder])
    #expect(
      try client.refusal("index/search", search(["latents": [73]])).kind == "indexMissing")
    let feature: JSONValue = ["sae": loaded["sae"] ?? .null, "index": 3]
    #expect(try client.ask("feature/info", ["feature": feature])["explanation"] == nil)
  }

  @Test func anIndexThatTheStartNamedIsRefusedForAnotherAutoencoder() throws {
    let (world, tiny) = (try #require(World()), try TinyWorld())
    let index = try #require(world.index)
    let client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: nil, index: index))
    #expect(try client.ask("index/search", search(["text": "street"]))["items"] != nil)
    try client.ask("model/load", ["path": tiny.model])
    try client.ask("sae/load", ["path": tiny.autoencoder])
    #expect(try client.refusal("index/search", search(["latents": [3]])).kind == "indexStale")
    // By its name it is asked about as what it is.
    #expect(
      try client.ask("index/search", ["index": .string(index), "query": ["text": "street"]])[
        "items"] != nil)
  }

  @Test func aModelNamedAtTheStartHasNoLabelsOfAnother() throws {
    let (world, tiny) = (try #require(World()), try TinyWorld())
    let client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: world), options: ["model": tiny.model])
    #expect(try client.refusal("index/search", search(["text": "street"])).kind == "indexMissing")
  }
}
