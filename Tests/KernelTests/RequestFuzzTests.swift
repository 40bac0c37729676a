import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// A live kernel under random requests: each is answered, none by an internal
/// error, and the kernel goes on.
@Suite(.serialized) struct RequestFuzzTests {
  /// After so many requests the kernel ends, which it must be able to, and another begins.
  private static let requestsOfASession = 60

  /// Files that requests may read and write, none of them the project's own.
  private final class Scene {
    let folder: String
    let world: TinyWorld
    let copies: [String: String]
    private let held: [FixtureCopy]

    /// An index of the pictures, which every session opens.
    var index: String { folder + "/index" }

    init() throws {
      world = try TinyWorld()
      folder = FileManager.default.temporaryDirectory.appending(path: "requests-\(UUID())").path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let autoencoder = try #require(world.reference["autoencoder"]?.stringValue)
      let parts = [
        "model": "models/llama3", "autoencoder": "interpretation/\(autoencoder)",
        "pictures": "models/pictures", "corpus": "check",
      ]
      var (copies, held): ([String: String], [FixtureCopy]) = ([:], [])
      for (name, relative) in parts {
        let copy = try FixtureCopy(of: relative)
        copies[name] = copy.path
        held.append(copy)
      }
      (self.copies, self.held) = (copies, held)
    }

    /// Builds the index.
    func build() throws -> JSONValue {
      let client = try session(opening: false)
      let sae = try client.ask("kernel/status")["saes"]?.elements.first?["sae"] ?? .null
      let job =
        try client.ask(
          "index/build",
          [
            "path": .string(index), "sae": sae, "exemplars": 3,
            "corpus": ["folder": .string(copies["pictures"] ?? "")],
          ])["job"] ?? .null
      let built = try client.ask("job/wait", ["job": job, "timeoutMs": 120_000], seconds: 180)
      #expect(built["state"] == "completed", "\(built)")
      try client.shutDown()
      return sae
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var known: [String: [JSONValue]] {
      let copied = copies.keys.sorted().compactMap { copies[$0].map { JSONValue.string($0) } }
      let made = ["a", "b", "no/folder"].map { JSONValue.string("\(folder)/\($0)") }
      let files: [JSONValue] = [
        .string((copies["pictures"] ?? "") + "/landscape.png"),
        .string((copies["corpus"] ?? "") + "/llama3.jsonl"),
      ]
      let paths = copied + made + files + ["relative", "/nowhere"]
      return [
        "path": paths, "inputs": paths, "folder": paths, "list": paths, "tar": paths,
        "prompts": paths, "concepts": paths, "output": made, "directory": paths,
        "context": ["ctx_1", "ctx_1", "ctx_2"], "other": ["ctx_2", "ctx_1"],
        "sae": ["sae", "sae", "sae_2"],
        "index": ["index_1", "index_1", "index_2", .string(index), .string(index)],
        "version": [1], "latent": [0, 1, 2, 3, 5],
        "model": ["model", "llama3"], "job": ["job_1", "job_2", "job_3"],
        "url": ["http://127.0.0.1:9/v1", "ftp://x", "http://"],
        "site": ["resid_post.1", "model.layers.1", "resid_post.0"],
        "data": ["", "AAAA", "iVBORw0KGgo=", "?"],
        "text": ["the map", "---\nsae: x\n---\n# user\nhi\n", "", .string("![](\(folder)/a)")],
      ]
    }

    func session(opening: Bool = true) throws -> KernelClient {
      let client = try KernelClient(
        KernelOptions(
          memoryLimit: 512 << 20, threads: 1, world: nil, jobFolder: folder + "/jobs"))
      try client.ask("model/load", ["path": .string(copies["model"] ?? "")], seconds: 120)
      let sae = try client.ask(
        "sae/load", ["path": .string(copies["autoencoder"] ?? ""), "site": "resid_post.1"],
        seconds: 120)
      #expect(sae["sae"]?.stringValue != nil)
      if opening { try client.ask("index/open", ["path": .string(index)]) }
      for _ in 0..<2 {
        try client.ask(
          "context/open", ["parts": [["text": "the map"]], "chat": ["template": "none"]],
          seconds: 120)
      }
      return client
    }
  }

  @Test func everyRequestIsAnswered() throws {
    let scene = try Scene()
    let document = try KernelClient().ask("rpc.discover")
    let sae = try scene.build()
    var known = scene.known
    known["sae"] = [sae, sae, sae, "sae_2"]
    let run = FuzzRun(rounds: 240, seed: 7)
    var client = try scene.session()
    let outcome = try run("requests") { round, random in
      if round > 0, round.isMultiple(of: Self.requestsOfASession) {
        try client.expectAlive()
        try client.shutDown()
        client = try scene.session()
      }
      var grammar = RequestGrammar(document, known: known, random: random)
      let (method, params) = grammar.request()
      let what = "round \(round) of seed \(run.seed): \(method) \(params)"
      // A crash leaves it here.
      if run.isLong {
        try Data(what.utf8).write(
          to: FileManager.default.temporaryDirectory.appending(path: "lucarne-last-request"))
      }
      let id = try client.request(method, params)
      let answer: JSONValue
      do { answer = try client.reply(to: id, seconds: 120).value } catch is KernelClient.Silence {
        Issue.record("no answer: \(what.prefix(4000))")
        throw KernelClient.Silence()
      }
      if answer["result"] != nil { return .answered }
      let (code, message) = (
        answer["error"]?["code"], answer["error"]?["message"]?.stringValue ?? ""
      )
      #expect(code != nil && code != -32603, "\(message): \(what.prefix(4000))")
      // Errors are sentences, not dumps of Swift's values.
      #expect(
        !message.isEmpty && !message.contains("Optional(") && !message.contains("CocoaError"),
        "\(message): \(what.prefix(4000))")
      return .refused
    }
    #expect(outcome.answered > 0 && outcome.refused > 0)
    try client.shutDown()
  }
}
