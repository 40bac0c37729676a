import FeatureIndex
import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// Dissection and scores over the wire, on the embedded world, held to the table that the world's
/// own script made of the same question in NumPy.
@Suite(.serialized) struct DissectionTests {
  private let world: World
  private let client: KernelClient
  private let folder: String

  init() throws {
    world = try #require(World(), "the world's resources are not beside the test program")
    folder = FileManager.default.temporaryDirectory.appending(path: "concepts-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 2, world: world))
    try client.ask("feature/info", ["feature": ["sae": "sae", "index": 0]])
  }

  private func job(_ method: String, _ params: JSONValue) throws -> JSONValue {
    let job = try client.ask(method, params)["job"] ?? .null
    return try client.ask("job/wait", ["job": job], seconds: 120)
  }

  private var concepts: JSONValue { .string(world.heldOut + "/concepts.json") }
  private let prompt: JSONValue = ["text": "What is in the image?", "template": "model"]

  /// A row of sae/FEATURES.md: "| scene: beach | 12 | 0.25 | 0.768 | 0.0048 | 158.7 |".
  private func table() throws -> [String: (latent: Int64, iou: Double)] {
    let text = try String(contentsOfFile: world.autoencoder + "/FEATURES.md", encoding: .utf8)
    var rows: [String: (latent: Int64, iou: Double)] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("| ") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let names = cells[0].split(separator: ":", maxSplits: 1)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard names.count == 2, let latent = Int64(cells[1]), let iou = Double(cells[3]) else {
        continue
      }
      rows["\(names[1]) (\(names[0]))"] = (latent, iou)
    }
    return rows
  }

  @Test func findsTheConceptsThatTheScriptFinds() throws {
    let done = try job(
      "explanation/dissect",
      [
        "sae": "sae", "concepts": concepts, "prompt": prompt,
        "threshold": ["by": "peak", "at": [0, 0.25, 0.5]], "minimumIoU": 0,
      ])
    let result = try #require(done["result"], "\(done)")
    #expect(result["measuredConcepts"] == 65 && result["foundConcepts"] == 61)
    let expected = try table()
    #expect(expected.count == 65)
    var same = 0
    for found in result["concepts"]?.elements ?? [] {
      let row = try #require(expected[found["concept"]?.stringValue ?? ""])
      guard found["latent"]?.integerValue == row.latent else { continue }
      same += 1
      // The script takes a patch's fractional area for its union, this its whole pixels.
      #expect(abs((found["iou"]?.double ?? 0) - row.iou) < 0.01)
    }
    #expect(same >= 63)
    try client.shutDown()
  }

  @Test func writesExplanationsAndScoresThem() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in try FileManager.default.contentsOfDirectory(atPath: world.heldOut)
    where name.hasPrefix("beach") && !name.contains("mask") {
      try FileManager.default.copyItem(
        atPath: "\(world.heldOut)/\(name)", toPath: "\(folder)/\(name)")
    }
    let index: JSONValue = .string(folder + "/index")
    _ = try job(
      "index/build", ["path": index, "sae": "sae", "corpus": ["folder": .string(folder)]])
    let dissect: JSONValue = [
      "sae": "sae", "concepts": concepts, "prompt": prompt, "index": index,
    ]
    let named = try job("explanation/dissect", dissect)
    let count = try #require(named["result"]?["namedLatents"]?.integerValue, "\(named)")
    #expect(count > 200)
    try client.ask("index/open", ["path": index, "sae": "sae"])
    #expect(try client.ask("explanation/list", ["limit": 0])["total"] == .integer(count))
    // The same again adds nothing.
    _ = try job("explanation/dissect", dissect)
    let found = try client.ask("index/search", ["query": ["text": "beach"], "limit": 1])
    let latent = try #require(found["items"]?.elements.first?["latent"])
    #expect(try client.ask("explanation/get", ["latent": latent])["items"]?.elements.count == 1)
    let told: JSONValue = ["kind": "human", "name": "Ada"]
    try client.ask(
      "explanation/put", ["index": index, "latent": 0, "text": "xyzzy", "author": told])
    try client.ask(
      "explanation/put", ["index": index, "latent": 2, "state": "uninterpretable", "author": told])
    // Somebody holds the index: the job waits, and the engine does not.
    var holder: FeatureIndexStore? = try FeatureIndexStore.open(
      at: folder + "/index", writing: true)
    let params: JSONValue = [
      "index": index, "sae": "sae", "concepts": concepts, "prompt": prompt,
    ]
    let scoring = try client.ask("explanation/score", params)["job"] ?? .null
    func progress() throws -> JSONValue { try client.ask("job/get", ["job": scoring]) }
    while true {
      let job = try progress()
      try #require(["queued", "running"].contains(job["state"]), "\(job)")
      if let done = job["progress"]?["done"], done == job["progress"]?["total"] { break }
      Thread.sleep(milliseconds: 20)
    }
    for _ in 0..<10 {
      try client.ask("feature/info", ["feature": ["sae": "sae", "index": 3]])
      #expect(try progress()["state"] == "running")
    }
    _ = holder.take()
    let scored = try client.ask("job/wait", ["job": scoring], seconds: 90)
    let result = try #require(scored["result"], "\(scored)")
    #expect(result["unmatched"] == 1 && result["uninterpretable"] == 1)
    for mean in result["means"]?.elements ?? [] {
      let (value, baseline) = (mean["value"]?.double ?? 0, mean["baseline"]?.double ?? 1)
      #expect(value > (mean["kind"] == "iou" ? 3 * baseline : 0.8))
      #expect((mean["overAll"]?.double ?? 1) < value)
    }
    let kinds = try client.ask("explanation/get", ["latent": latent])["items"]?.elements.first?[
      "scores"]?
      .elements.compactMap { $0["kind"]?.stringValue }
    #expect(kinds == ["dissection", "iou", "auc"])
    try client.shutDown()
  }

  @Test func setsThatDoNotFitAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let places = "[{\"picture\": \"a\", \"values\": [1]}]"
    let list = "[{\"attribute\": \"scene\", \"name\": \"beach\", \"places\": \(places)}]"
    func refusal(_ text: String) throws -> String {
      try Data(text.utf8).write(to: URL(filePath: folder + "/concepts.json"))
      let params: JSONValue = ["sae": "sae", "concepts": .string(folder + "/concepts.json")]
      do {
        let job = try job("explanation/dissect", params)
        return job["error"]?["kind"]?.stringValue.map {
          "\($0): \(job["message"]?.stringValue ?? "")"
        }
          ?? "\(job)"
      } catch let refusal as KernelClient.Refusal {
        return "\(refusal.kind ?? ""): \(refusal.message)"
      }
    }
    func copy(_ name: String, to other: String) throws {
      try FileManager.default.copyItem(atPath: name, toPath: "\(folder)/\(other)")
    }
    #expect(try refusal(list).contains("ioError: the concept set"))
    try copy(world.heldOut + "/beach-06.png", to: "a.png")
    #expect(try refusal(list).contains("a.mask.png of \"a\" is not there"))
    // A mask of another size.
    try copy(Fixtures.path("models/pictures/landscape.png"), to: "a.mask.png")
    #expect(try refusal(list).hasPrefix("ioError: "))
    for text in [
      "", "{}", "[]", "[1]", "[{\"name\": \"x\"}]", list.replacing("[1]", with: "[300]"),
      list.replacing("[1]", with: "[]"),
    ] {
      #expect(try refusal(text).hasPrefix("ioError: the concept set"), "\(text)")
    }
    try client.shutDown()
  }
}
