import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// Indexes over the wire: opened, asked, refused.
@Suite(.serialized) struct IndexTests {
  private let folder: String
  private let world: TinyWorld
  private static let pictures = ["landscape", "portrait", "square", "wide"]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "indexes-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: folder + "/pictures", withIntermediateDirectories: true)
    world = try TinyWorld()
    for name in Self.pictures {
      try Data(Fixtures.bytes("models/pictures/\(name).png")).write(
        to: URL(filePath: "\(folder)/pictures/\(name).png"))
    }
    try Data("no picture".utf8).write(to: URL(filePath: folder + "/pictures/broken.png"))
  }

  private var path: JSONValue { .string(folder + "/index") }

  /// A kernel with the tiny model, its autoencoder and an index over the pictures.
  private func kernel(exemplars: Int = 20) throws -> (KernelClient, sae: JSONValue) {
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model])
    let sae = try #require(try client.ask("sae/load", ["path": world.autoencoder])["sae"])
    let job = try client.ask(
      "index/build",
      [
        "path": path, "sae": sae, "corpus": ["folder": .string(folder + "/pictures")],
        "exemplars": .integer(Int64(exemplars)),
      ])["job"]
    let done = try client.ask("job/wait", ["job": job ?? .null])
    #expect(done["state"] == "completed", "\(done.summary)")
    return (client, sae)
  }

  @Test func saysWhatItHolds() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, sae) = try kernel()
    let opened = try client.ask("index/open", ["path": path, "sae": sae, "check": true])
    #expect(opened["items"] == 4 && opened["sae"] == sae)
    #expect(opened["skipped"]?["unreadable"] == 1)
    #expect(try client.ask("index/info") == opened)
    let skipped = try client.ask("index/skipped")["items"]?.elements ?? []
    #expect(skipped.map { $0["name"] } == ["broken.png"])
    #expect(skipped.first?["reason"] == "unreadable")
    // The same file again is the same index.
    #expect(try client.ask("index/open", ["path": path])["index"] == opened["index"])
    try client.ask("index/close", ["index": opened["index"] ?? .null])
    #expect(try client.refusal("index/info").kind == "indexMissing")
    #expect(try client.refusal("index/close", ["index": "index_1"]).kind == "indexMissing")
    try client.shutDown()
  }

  /// What the index says of a picture is what a context of the same prompt says.
  @Test func examplesAreWhatContextsShow() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, sae) = try kernel()
    let index = try client.ask("index/open", ["path": path, "sae": sae])
    for name in Self.pictures {
      let context = try client.ask(
        "context/open",
        [
          "parts": [["image": ["path": .string("\(folder)/pictures/\(name).png")]]],
          "chat": ["template": "none"],
        ])
      for view in ["base", "tiles"] {
        let span = try #require(context["images"]?.elements.first?[view]?["span"])
        let first = try #require(span["start"]?.integerValue)
        let end = try #require(span["end"]?.integerValue)
        let grid = try #require(context["images"]?.elements.first?[view]?["grid"]?.elements)
        let columns = try #require(grid.last?.integerValue)
        // A row of tiles ends in a token that is no patch.
        let stride = view == "base" ? columns : columns + 1
        let active =
          try client.ask(
            "feature/activations",
            [
              "context": context["context"] ?? .null, "sae": sae, "topK": 100_000,
              "region": ["span": ["start": .integer(first), "end": .integer(end)]],
            ])["items"]?.elements ?? []
        #expect(active.count > 5)
        for item in active {
          let positions = (item["positions"]?.elements ?? []).compactMap {
            position -> (Int64, JSONValue)? in
            guard let place = position["position"]?.integerValue.map({ $0 - first }),
              place % stride < columns
            else { return nil }
            return (place / stride * columns + place % stride, position["value"] ?? .null)
          }
          guard !positions.isEmpty else { continue }
          let examples = try client.ask(
            "feature/examples",
            ["feature": item["feature"] ?? .null, "view": .string(view), "topK": 10])
          let found = try #require(
            examples["items"]?.elements.first { $0["name"] == .string("\(name).png") })
          let seen = found["positions"]?.elements ?? []
          #expect(seen.compactMap { $0["position"]?.integerValue } == positions.map(\.0))
          for (one, other) in zip(seen, positions) {
            let (value, wanted) = (one["value"]?.numberValue ?? 0, other.1.numberValue ?? 1)
            #expect(abs(value - wanted) <= 1e-4 * max(1, wanted))
          }
          #expect(seen.allSatisfy { $0["box"] != nil })
        }
      }
      try client.ask("context/close", ["context": context["context"] ?? .null])
    }
    #expect(index["index"] == "index_1")
    try client.shutDown()
  }

  @Test func featuresComeWithTheirStatistics() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, sae) = try kernel()
    try client.ask("index/open", ["path": path, "sae": sae])
    var latent: Int64 = 0
    var values: [Double] = []
    while values.count < 3 {
      latent += 1
      let examples = try client.ask(
        "feature/examples",
        [
          "feature": ["sae": sae, "index": .integer(latent)], "view": "base", "rankBy": "max",
          "topK": 10,
        ])
      values = (examples["items"]?.elements ?? []).flatMap {
        $0["positions"]?.elements.compactMap { $0["value"]?.numberValue } ?? []
      }
    }
    let feature: JSONValue = ["feature": ["sae": sae, "index": .integer(latent)]]
    let info = try client.ask("feature/info", feature)
    let base = try #require(info["stats"]?["views"]?.elements.first { $0["view"] == "base" })
    // All four pictures are exemplars, so that the exemplars hold every activation.
    #expect(base["positions"]?.integerValue == Int64(values.count))
    #expect(base["max"]?.numberValue == values.max())
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    #expect(abs((base["mean"]?.numberValue ?? 0) - mean) < 1e-5)
    let counts = base["histogram"]?.elements.compactMap { $0["count"]?.integerValue } ?? []
    #expect(counts.reduce(0, +) == Int64(values.count))
    #expect((info["coactive"]?.elements.count ?? 0) > 0)
    try client.ask("index/close", ["index": "index_1"])
    let without = try client.ask("feature/info", feature)
    #expect(without["stats"]?["views"] == nil && without["coactive"] == nil)
    try client.shutDown()
  }

  @Test func whatDoesNotFitIsRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, sae) = try kernel(exemplars: 2)
    for (params, kind): (JSONValue, String) in [
      (["path": "/nowhere/index"], "ioError"), (["path": "index"], "pathDenied"),
      (["path": .string(folder + "/pictures/wide.png")], "ioError"),
      (["path": path, "sae": "another"], "saeMismatch"),
    ] {
      #expect(try client.refusal("index/open", params).kind == kind, "\(params.summary)")
    }
    try client.ask("index/open", ["path": path, "sae": sae])
    #expect(
      try client.refusal(
        "feature/examples", ["feature": ["sae": sae, "index": 1_000_000]]
      ).kind == "featureOutOfRange")
    #expect(
      try client.refusal("feature/examples", ["feature": ["sae": "other", "index": 1]]).kind
        == "indexMissing")
    let beyond = try client.ask(
      "feature/examples", ["feature": ["sae": sae, "index": 41], "offset": 1_000, "topK": 5])
    #expect(beyond["items"]?.elements.isEmpty == true)
    // The same autoencoder at another site of the model is another thing to an index.
    let other = try client.ask("sae/load", ["path": world.autoencoder, "site": "resid_post.0"])
    let stale = try client.refusal("index/open", ["path": path, "sae": other["sae"] ?? .null])
    #expect(stale.kind == "indexStale" && stale.message.contains("site"))
    try client.expectAlive()
    try client.shutDown()
  }
}
