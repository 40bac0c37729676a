import Foundation
import JSON
import JSONRPC
import Kernel
import Testing
import World

/// What jobs are given in confidence.
@Suite(.serialized) struct JobSecretTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "job-secrets-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  @Test func anAddressesSecretIsNeitherKeptNorTold() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try KernelClient(
      KernelOptions(
        memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs"))
    let index = try #require(World()?.index)
    try FileManager.default.copyItem(atPath: index, toPath: folder + "/index")
    let job =
      try client.ask(
        "explanation/generate",
        [
          "index": .string(folder + "/index"), "features": ["latents": [1]], "tries": 1,
          "explainer": [
            "endpoint": [
              "url": "http://127.0.0.1:9/v1?key=sk-SECRET77&api-version=2024-02-01", "model": "m",
            ]
          ],
        ])["job"] ?? .null
    let done = try client.ask("job/wait", ["job": job, "timeoutMs": 60_000], seconds: 90)
    #expect(
      done["params"]?["explainer"]?["endpoint"]?["url"]
        == "http://127.0.0.1:9/v1?key=***&api-version=2024-02-01")
    let told = try client.ask(
      "explanation/get", ["index": .string(folder + "/index"), "latent": 1, "records": true])
    let list = try client.ask("job/list")
    for value in [done, told, list] {
      #expect(!String(decoding: try value.bytes(), as: UTF8.self).contains("SECRET77"))
    }
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      #expect(bytes.firstRange(of: Data("SECRET77".utf8)) == nil, "\(name)")
    }
    let refused = try client.refusal(
      "explanation/generate",
      [
        "index": .string(folder + "/index"), "features": ["latents": [1]],
        "explainer": ["endpoint": ["url": "http://host/v1?key=***", "model": "m"]],
      ])
    #expect(refused.kind == "unsupportedTarget" && refused.message.contains("secret"))
    try client.shutDown()
  }
}
