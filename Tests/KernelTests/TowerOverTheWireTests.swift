import Foundation
import JSON
import JSONRPC
import TestSupport
import Testing

/// Autoencoders of the vision tower where a picture has no rows: LLaVA-OneVision brings the patches
/// of a large one to fewer tokens.
@Suite struct TowerOverTheWireTests {
  private let client: KernelClient
  private let copy: FixtureCopy
  private let sae: JSONValue

  init() throws {
    (client, copy) = (try KernelClient(), try FixtureCopy(of: "models/onevision"))
    let folder = "\(copy.path)/sae"
    try RandomAutoencoder.write(width: 28, latents: 40, to: folder)
    try client.ask(
      "model/load",
      ["path": .string(copy.path), "precision": "float32"])
    let loaded = try client.ask(
      "sae/load", ["path": .string(folder), "site": "vision.resid_post.1"])
    sae = try #require(loaded["sae"])
  }

  private func open(_ picture: String) throws -> JSONValue {
    let opened = try client.ask(
      "context/open",
      [
        "parts": [
          ["image": ["path": .string(Fixtures.path("models/pictures/\(picture)"))]],
          ["text": "what is in it?"],
        ]
      ])
    return try #require(opened["context"])
  }

  @Test func aContextWithoutRowsIsLeftOutOfAFitUnlessItIsNamed() throws {
    let without = try open("square.png")
    let refusal = try client.refusal("sae/fit", ["sae": sae, "context": without])
    #expect(refusal.message.contains("picture 0 has no rows"), "\(refusal.message)")
    _ = try open("landscape.png")
    let found = try client.ask("sae/fit", ["sae": sae])
    #expect(found["contexts"] == 1)
  }

  @Test func aPictureWithoutRowsIsSkippedByJobs() throws {
    let corpus: JSONValue = ["folder": .string(Fixtures.path("models/pictures"))]
    func result(_ method: String, _ params: JSONValue) throws -> JSONValue {
      let started = try client.ask(method, params)
      let ended = try client.ask(
        "job/wait", ["job": started["job"] ?? nil, "timeoutMs": 60_000])
      #expect(ended["state"] == "completed", "\(method): \(ended["error"]?.summary ?? "")")
      return try #require(ended["result"])
    }
    let checked = try result("sae/check", ["sae": sae, "corpus": corpus])
    #expect(checked["contexts"] == 2)
    #expect(checked["skipped"] == 2)
    let built = try result(
      "index/build",
      ["sae": sae, "corpus": corpus, "path": .string("\(copy.path)/features.index")])
    #expect(built["items"] == 2)
    #expect(built["skipped"]?["unusable"] == 2)
    let trained = try result(
      "sae/train",
      [
        "site": "vision.resid_post.1", "corpus": corpus, "output": .string("\(copy.path)/made"),
        "latents": 40, "k": 4, "steps": 5, "batch": 16,
      ])
    #expect(trained["entries"] == 2)
  }
}
