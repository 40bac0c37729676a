import Foundation
import Images
import JSON
import Kernel
import TestSupport

/// A kernel with a tiny checkpoint and an index of a few noisy pictures, for explanations and what
/// is made of them.
struct ToldIndex {
  let folder: String
  let client: KernelClient
  let sae: JSONValue
  /// Of the index.
  let path: JSONValue

  /// - Parameter pictures: how many.
  init(pictures: Int) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "told-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: folder + "/pictures", withIntermediateDirectories: true)
    var random = SplitMix(seed: 11)
    for number in 0..<pictures {
      // Squares of one colour, so that latents differ between places.
      var pixels: [UInt8] = []
      let colors = (0..<16).map { _ in
        (0..<3).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      }
      for row in 0..<32 {
        for column in 0..<32 { pixels += colors[row / 8 * 4 + column / 8] }
      }
      let png = try PNGEncoder.data(Picture(width: 32, height: 32, pixels: pixels))
      try Data(png).write(to: URL(filePath: "\(folder)/pictures/\(number).png"))
    }
    let world = try TinyWorld()
    client = try KernelClient(
      KernelOptions(
        memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs",
        explainerKey: "sk-secret"))
    try client.ask("model/load", ["path": world.model])
    sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
    path = .string(folder + "/index")
    try job(
      "index/build",
      ["path": path, "sae": sae, "corpus": ["folder": .string(folder + "/pictures")]])
    try client.ask("index/open", ["path": path, "sae": sae])
  }

  /// Begins a job and waits until it ends or pauses.
  @discardableResult
  func job(_ method: String, _ params: JSONValue) throws -> JSONValue {
    let job = try client.ask(method, params)["job"] ?? .null
    return try client.ask("job/wait", ["job": job], seconds: 90)
  }

  func log(of job: JSONValue) throws -> [String] {
    try client.ask("job/log", ["job": job["job"] ?? .null])["lines"]?.elements
      .compactMap(\.stringValue) ?? []
  }

  /// Every revision of a latent, newest first.
  func revisions(of latent: Int) throws -> [JSONValue] {
    try client.ask("explanation/get", ["latent": .integer(Int64(latent))])["items"]?.elements ?? []
  }

  func put(_ latent: Int, _ text: String?, concept: String? = nil) throws {
    var params: JSONObject = [
      "latent": .integer(Int64(latent)), "author": ["kind": "human", "name": "Ada"],
      "evidence": ["ab"],
    ]
    params["text"] = text.map { .string($0) }
    params["state"] = text == nil ? "uninterpretable" : nil
    params["concept"] = concept.map { .string($0) }
    try client.ask("explanation/put", .object(params))
  }

  func endpoint(_ server: ChatServer, _ manner: String) -> JSONValue {
    ["endpoint": ["url": .string(server.url(manner)), "model": .string(manner)]]
  }

  func end() throws {
    try client.shutDown()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
