import FeatureIndex
import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// Explanations over the wire: written by people and by a server's model,
/// searched, and how failures show.
@Suite(.serialized) struct ExplanationTests {
  private let folder: String
  private let world: TinyWorld
  private let client: KernelClient
  private let sae: JSONValue
  private var path: JSONValue { .string(folder + "/index") }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "told-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: folder + "/pictures", withIntermediateDirectories: true)
    world = try TinyWorld()
    for name in ["landscape", "portrait", "square"] {
      try Data(Fixtures.bytes("models/pictures/\(name).png")).write(
        to: URL(filePath: "\(folder)/pictures/\(name).png"))
    }
    client = try KernelClient(
      KernelOptions(
        memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs",
        explainerKey: "sk-secret"))
    try client.ask("model/load", ["path": world.model])
    sae = try #require(try client.ask("sae/load", ["path": world.autoencoder])["sae"])
    let job = try client.ask(
      "index/build",
      [
        "path": .string(folder + "/index"), "sae": sae,
        "corpus": ["folder": .string(folder + "/pictures")],
      ])
    try client.ask("job/wait", ["job": job["job"] ?? .null])
    try client.ask("index/open", ["path": .string(folder + "/index"), "sae": sae])
  }

  private func job(_ method: String, _ params: JSONValue) throws -> JSONValue {
    let job = try client.ask(method, params)["job"] ?? .null
    return try client.ask("job/wait", ["job": job], seconds: 90)
  }

  private func generate(
    _ manner: String, _ server: ChatServer, _ others: JSONValue = [:]
  ) throws -> JSONValue {
    var params: JSONObject = [
      "index": path, "features": ["top": ["by": "frequency", "count": 6]], "tries": 1,
      "explainer": ["endpoint": ["url": .string(server.url(manner)), "model": .string(manner)]],
    ]
    for member in others.objectValue?.members ?? [] { params[member.name] = member.value }
    return try job("explanation/generate", .object(params))
  }

  private func states(_ latent: JSONValue) throws -> [String] {
    try client.ask("explanation/get", ["latent": latent])["items"]?.elements
      .compactMap { $0["state"]?.stringValue } ?? []
  }

  private func end() throws {
    try client.shutDown()
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: People

  @Test func revisionsAreAddedAndFound() throws {
    defer { try? end() }
    let ada: JSONValue = ["kind": "human", "name": "Ada"]
    let first = try client.ask(
      "explanation/put", ["latent": 3, "text": "striped beach umbrellas", "author": ada])
    #expect(first["revision"] == 1 && first["state"] == "explained" && first["method"] == "manual")
    let second = try client.ask(
      "explanation/put",
      ["index": path, "latent": 3, "text": "parasols", "author": ada, "evidence": ["ab"]])
    #expect(second["revision"] == 2)
    try client.ask(
      "explanation/put", ["latent": 4, "state": "uninterpretable", "author": ada])
    let found = try client.ask("explanation/get", ["latent": 3])
    #expect(found["label"] == "parasols")
    #expect(found["items"]?.elements.map { $0["text"] } == ["parasols", "striped beach umbrellas"])
    let list = try client.ask("explanation/list", ["limit": 1])
    #expect(list["total"] == 2 && list["items"]?.elements.count == 1)
    #expect(try client.ask("explanation/list", ["state": "uninterpretable"])["total"] == 1)
    // The label is searched, not what was said before.
    func search(_ text: String) throws -> [JSONValue] {
      try client.ask("index/search", ["query": ["text": .string(text)]])["items"]?.elements ?? []
    }
    #expect(try search("parasol").map { $0["latent"] } == [3])
    #expect(try search("umbrella").isEmpty)
    #expect(try search("\" OR * ) NEAR(").isEmpty)
    #expect(try search("par")[0]["label"] == "parasols")
  }

  @Test func whatIsWrongIsRefused() throws {
    defer { try? end() }
    let ada: JSONValue = ["kind": "human", "name": "Ada"]
    func kind(_ method: String, _ params: JSONValue) throws -> String? {
      try client.refusal(method, params).kind
    }
    #expect(
      try kind("explanation/put", ["latent": 1_099_511_627_776, "text": "x", "author": ada])
        == "featureOutOfRange")
    #expect(try kind("explanation/put", ["latent": 1, "author": ada]) == "unsupportedTarget")
    #expect(
      try kind(
        "explanation/put", ["latent": 1, "text": "x", "state": "uninterpretable", "author": ada])
        == "unsupportedTarget")
    #expect(
      try kind(
        "explanation/put",
        ["latent": 1, "text": .string(String(repeating: "x", count: 70_000)), "author": ada])
        == "unsupportedTarget")
    #expect(
      try kind("index/search", ["index": "index_9", "query": ["text": "x"]]) == "indexMissing")
    #expect(try kind("index/search", ["index": "/nowhere", "query": ["text": "x"]]) == "ioError")
    #expect(try kind("index/search", ["query": ["item": "nobody.png"]]) == "unsupportedTarget")
    #expect(try kind("index/neighbours", ["latent": 2]) == "indexMissing")
    #expect(try client.refusal("index/search", ["query": [:]]).code == -32602)
    #expect(
      try client.refusal("index/search", ["query": ["text": "x", "token": "y"]]).code == -32602)
    let endpoint: JSONValue = ["endpoint": ["url": "ftp://host", "model": "m"]]
    #expect(
      try kind(
        "explanation/generate",
        ["index": path, "features": ["latents": [1]], "explainer": endpoint])
        == "unsupportedTarget")
    #expect(
      try kind(
        "explanation/dissect", ["sae": sae, "concepts": .string(folder + "/none.json")])
        == "ioError")
  }

  // MARK: What the weights say

  /// `feature/info` computes the same from the whole decoder for one latent at a time.
  @Test func annotationsAreWhatFeatureInfoComputes() throws {
    defer { try? end() }
    let done = try job(
      "index/annotate", ["index": path, "sae": sae, "tokens": 5, "neighbours": 6])
    #expect(done["state"] == "completed", "\(done)")
    for latent in [0, 7, 95] {
      let feature: JSONValue = ["sae": sae, "index": .integer(Int64(latent))]
      let info = try client.ask("feature/info", ["feature": feature, "topK": 6])
      let near = try client.ask("index/neighbours", ["latent": .integer(Int64(latent))])
      #expect(
        near["items"]?.elements.map { $0["latent"] }
          == info["neighbours"]?.elements.map { $0["feature"]?["index"] })
      expectClose(
        numbers("score", of: near["items"]), numbers("cosine", of: info["neighbours"]), "cosines")
      let best = try #require(info["logits"]?["promoted"]?.elements.first)
      let text = try #require(best["text"])
      let found = try client.ask("index/search", ["query": ["token": text]])
      let hit = found["items"]?.elements.first { $0["latent"] == .integer(Int64(latent)) }
      expectClose([hit?["score"]?.double ?? 0], [best["value"]?.double ?? 0], "effect")
    }
    // Nothing is computed twice.
    let again = try job("index/annotate", ["index": path, "sae": sae])
    #expect(again["state"] == "completed")
    #expect(
      try client.ask("index/neighbours", ["latent": 0])["items"]?.elements.count == 6)
    let page = try client.ask("index/neighbours", ["latent": 0, "offset": 4, "limit": 1])
    #expect(page["items"]?.elements.count == 1 && page["hasMore"] == true)
  }

  @Test func findsWhatFiresInAPicture() throws {
    defer { try? end() }
    let byName = try client.ask(
      "index/search", ["query": ["item": "square.png"], "limit": 5])
    let byPicture = try client.ask(
      "index/search",
      ["query": ["picture": .string(folder + "/pictures/square.png")], "limit": 5])
    #expect(byName == byPicture)
    #expect(byName["items"]?.elements.count == 5 && byName["hasMore"] == true)
    let scores = numbers("score", of: byName["items"])
    #expect(scores == scores.sorted(by: >))
  }

  // MARK: A server's model

  /// The server answers with the SHA-256 of each picture that it was shown.
  @Test(
    arguments: [
      [:], ["style": "paper", "view": "base"], ["style": "black"], ["level": 0.5, "view": "tiles"],
      ["style": "weighted", "interpolation": "smooth"], ["view": "tiles", "rankBy": "max"],
    ] as [JSONValue])
  func anExplainerIsShownWhatFeatureRenderDraws(options: JSONValue) throws {
    defer { try? end() }
    let server = try ChatServer()
    var shown: JSONObject = ["exemplars": 3, "side": 2048]
    var drawn: JSONObject = ["view": "base", "topK": 3]
    for member in options.objectValue?.members ?? [] {
      (shown[member.name], drawn[member.name]) = (member.value, member.value)
    }
    let done = try generate("digests", server, .object(shown))
    #expect(done["state"] == "completed" && done["result"]?["explained"] == 6, "\(done)")
    for item in try client.ask("explanation/list", [:])["items"]?.elements ?? [] {
      drawn["feature"] = ["sae": sae, "index": item["latent"] ?? .null]
      let renderings = try client.ask("feature/render", .object(drawn))["renderings"]?.elements
      let digests = try (renderings ?? []).map { rendering in
        let base64 = try #require(rendering["base64"]?.stringValue)
        return SHA256.digest(of: Array(try #require(Data(base64Encoded: base64)))).hexadecimal
      }
      #expect(!digests.isEmpty && item["text"]?.stringValue == digests.joined(separator: " "))
    }
  }

  @Test func aStyleThatCannotDrawTheViewIsRefused() throws {
    defer { try? end() }
    let refusal = try client.refusal(
      "explanation/generate",
      [
        "index": path, "features": ["latents": [1]], "style": "paper", "view": "tiles",
        "explainer": ["endpoint": ["url": "http://127.0.0.1:1/v1", "model": "m"]],
      ])
    #expect(refusal.kind == "unsupportedTarget")
    #expect(
      try client.refusal(
        "explanation/generate",
        ["index": path, "features": ["latents": [1]], "level": 2, "explainer": ["resident": [:]]]
      ).code == -32602)
  }

  @Test func aServersModelExplains() throws {
    defer { try? end() }
    let server = try ChatServer()
    let done = try generate("explain", server)
    #expect(done["state"] == "completed" && done["result"]?["explained"] == 6, "\(done)")
    let list = try client.ask("explanation/list", [:])
    let first = try #require(list["items"]?.elements.first)
    #expect(first["text"]?.stringValue?.hasSuffix("red things") == true)
    #expect(first["author"] == ["kind": "model", "name": "explain"] && first["method"] == "chat")
    #expect(first["evidence"]?.elements.isEmpty == false)
    // Those that this explainer has explained are not asked about again.
    #expect(try generate("explain", server)["result"]?["known"] == 6)
    let again = try generate("explain", server, ["again": true, "concurrency": 1])
    #expect(again["result"]?["explained"] == 6)
    // What was asked is kept, without the key.
    let asked = try client.ask(
      "explanation/get", ["latent": first["latent"] ?? .null, "records": true])
    let record = try #require(asked["items"]?.elements.first?["record"]?.stringValue)
    #expect(record.contains("bright regions") && !record.contains("sk-secret"))
  }

  @Test func thatNothingIsCommonIsAStateOfItsOwn() throws {
    defer { try? end() }
    let server = try ChatServer()
    let done = try generate("unable", server)
    #expect(done["result"]?["uninterpretable"] == 6 && done["result"]?["explained"] == 0)
    let list = try client.ask("explanation/list", ["state": "uninterpretable"])
    #expect(list["total"] == 6 && list["items"]?.elements.first?["text"] == "")
    #expect(try client.ask("index/info")["explainedLatents"] == 0)
  }

  @Test func answersThatCannotBeReadAreRecordedAndAskedAgain() throws {
    defer { try? end() }
    let server = try ChatServer()
    let done = try generate("normal", server)
    #expect(done["state"] == "completed" && done["result"]?["failed"] == 6)
    let failed = try client.ask("explanation/list", ["state": "failed"])
    #expect(failed["total"] == 6)
    #expect(
      failed["items"]?.elements.first?["text"]?.stringValue == "the answer is not one JSON object")
    let latent = try #require(failed["items"]?.elements.first?["latent"])
    _ = try generate("normal", server)
    #expect(try states(latent) == ["failed", "failed"])
    // In the form of a sentence the same answer is one.
    let sentence = try generate("normal", server, ["answer": "text"])
    #expect(sentence["result"]?["explained"] == 6)
  }

  @Test(arguments: ["html", "unauthorized", "failing", "broken", "endless"])
  func aServerThatGivesNoAnswersPausesTheJob(manner: String) throws {
    defer { try? end() }
    let server = try ChatServer()
    let paused = try generate(manner, server, ["concurrency": 1])
    #expect(paused["state"] == "paused")
    let message = try #require(paused["message"]?.stringValue)
    #expect(message.hasPrefix("the explainer gives no answers: ") && !message.contains("sk-secret"))
    #expect(try client.ask("explanation/list", ["state": "failed"])["total"] == 3)
    // It goes on with what has no answer yet.
    let job = paused["job"] ?? .null
    try client.ask("job/resume", ["job": job])
    #expect(try client.ask("job/wait", ["job": job], seconds: 60)["state"] == "paused")
  }

  @Test func cancellingLetsGoOfQuestionsThatAreNeverAnswered() throws {
    defer { try? end() }
    let server = try ChatServer()
    let job =
      try client.ask(
        "explanation/generate",
        [
          "index": path, "features": ["top": ["by": "max", "count": 6]],
          "explainer": ["endpoint": ["url": .string(server.url("never")), "model": "never"]],
        ])["job"] ?? .null
    // A question is under way once the server has it; it never answers.
    var timesAsked = 0
    for _ in 0..<100 where timesAsked == 0 { timesAsked = try server.timesAsked("never") }
    #expect(timesAsked > 0)
    try client.ask("job/cancel", ["job": job])
    #expect(try client.ask("job/wait", ["job": job])["state"] == "cancelled")
  }

  @Test func theResidentModelCanBeAsked() throws {
    defer { try? end() }
    let params: JSONValue = [
      "index": path, "features": ["top": ["by": "frequency", "count": 2]], "answer": "text",
      "explainer": ["resident": [:]], "exemplars": 1, "maxTokens": 4,
    ]
    let done = try job("explanation/generate", params)
    #expect(done["state"] == "completed", "\(done)")
    let result = try #require(done["result"])
    let counts = ["explained", "uninterpretable", "failed"].map { result[$0]?.integerValue ?? 0 }
    #expect(counts.reduce(0, +) == 2)
  }
}
