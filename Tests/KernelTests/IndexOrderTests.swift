import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// Which index a request means when all are sent at once, and that nobody writes to the one
/// that came with the program.
@Suite(.serialized) struct IndexOrderTests {
  private let folder: String
  private let installed: String
  private let author: JSONValue = ["kind": "human", "name": "Ada"]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "order-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    installed = try #require(World()?.index)
    for name in ["first", "second"] {
      try FileManager.default.copyItem(atPath: installed, toPath: "\(folder)/\(name)")
    }
  }

  private func client(_ options: JSONValue = [:], index: String? = nil) throws -> KernelClient {
    try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: World(), index: index),
      options: options)
  }

  private func end(_ client: KernelClient) throws {
    try client.shutDown()
    try FileManager.default.removeItem(atPath: folder)
  }

  private func texts(_ client: KernelClient, _ name: String) throws -> [JSONValue] {
    let found = try client.ask(
      "explanation/get", ["index": .string("\(folder)/\(name)"), "latent": 5])
    return found["items"]?.elements.compactMap { $0["text"] } ?? []
  }

  @Test func aPipelinedWriteGoesToTheIndexThatWasOpenedBeforeIt() throws {
    let client = try client(index: folder + "/first")
    let before = try texts(client, "first")
    for round in 0..<5 {
      let text = JSONValue.string("round \(round)")
      // The engine is busy loading the world when the first of these come.
      let open = try client.request("index/open", ["path": .string(folder + "/second")])
      let put = try client.request(
        "explanation/put", ["latent": 5, "text": text, "author": author])
      let info = try client.request("feature/info", ["feature": ["sae": "sae", "index": 5]])
      let index = try #require(try client.result(of: open)["index"])
      #expect(try client.result(of: put)["path"] == .string(folder + "/second"))
      #expect(try client.result(of: info)["explanation"]?["text"] == text)
      try client.ask("index/close", ["index": index])
    }
    #expect(try texts(client, "first") == before)
    #expect(try texts(client, "second").prefix(2) == ["round 4", "round 3"])
    try end(client)
  }

  @Test func theIndexOfInitializeIsMeantFromTheFirstRequestOn() throws {
    let client = try client(["index": .string(folder + "/second")])
    let put = try client.ask("explanation/put", ["latent": 5, "text": "told", "author": author])
    #expect(put["path"] == .string(folder + "/second"))
    try end(client)
  }

  @Test func theInstalledIndexIsReadOnlyByWhateverName() throws {
    let digest = try Data(contentsOf: URL(filePath: installed))
    let client = try client()
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/link", withDestinationPath: installed)
    var put: JSONObject = ["latent": 5, "text": "told", "author": author]
    for index in [nil, installed, folder + "/link"] {
      put["index"] = index.map { .string($0) }
      let refusal = try client.refusal("explanation/put", .object(put))
      #expect(refusal.kind == "pathDenied" && refusal.message.contains("read-only"), "\(refusal)")
      #expect(refusal.data?["hint"]?.stringValue?.contains("index/open") == true)
    }
    let opened = try client.ask("index/open", ["path": .string(installed)])
    put["index"] = opened["index"]
    #expect(try client.refusal("explanation/put", .object(put)).kind == "pathDenied")
    for (method, params) in Self.writers(of: installed) {
      #expect(try client.refusal(method, params).kind == "pathDenied", "\(method)")
    }
    #expect(try Data(contentsOf: URL(filePath: installed)) == digest)
    try end(client)
  }

  private static func writers(of path: String) -> [(String, JSONValue)] {
    let index = JSONValue.string(path)
    let concepts = JSONValue.string(World()?.concepts ?? "")
    return [
      ("index/build", ["path": index, "sae": "sae", "corpus": ["folder": "/tmp"]]),
      ("index/merge", ["path": index, "inputs": [index]]),
      ("index/annotate", ["index": index, "sae": "sae"]),
      ("explanation/dissect", ["index": index, "sae": "sae", "concepts": concepts]),
      ("explanation/score", ["index": index, "sae": "sae", "concepts": concepts]),
      (
        "explanation/generate",
        ["index": index, "features": ["latents": [1]], "explainer": ["resident": [:]]]
      ),
    ]
  }
}
