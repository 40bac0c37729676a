import FeatureIndex
import Foundation
import JSON
import Kernel
import TestSupport
import Testing

/// Builds over the wire: corpora of every kind, shards, and what is refused.
@Suite(.serialized) struct IndexBuildTests {
  private let folder: String
  private let world: TinyWorld
  private let client: KernelClient
  private let sae: JSONValue

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "builds-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    world = try TinyWorld()
    client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs"))
    try client.ask("model/load", ["path": world.model])
    sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
  }

  private func params(
    _ name: String, _ corpus: JSONValue, _ more: JSONObject = [:]
  ) -> JSONValue {
    var members: JSONObject = [
      "path": .string("\(folder)/\(name)"), "sae": sae, "corpus": corpus,
    ]
    for member in more.members { members[member.name] = member.value }
    return .object(members)
  }

  private func end(_ method: String, _ params: JSONValue) throws -> JSONValue {
    let job = try #require(try client.ask(method, params)["job"])
    return try client.ask("job/wait", ["job": job, "timeoutMs": 60_000], seconds: 90)
  }

  private let pictures: JSONValue = ["folder": .string(Fixtures.path("models/pictures"))]

  /// Skipped entries are counted in the result, and the file says which they were.
  @Test func aTarIsTakenInWithWhatIsWrongInItCounted() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let done = try end(
      "index/build",
      params(
        "tar.index", ["tar": .string(Fixtures.path("corpus/pax.tar"))],
        ["views": ["base", "text"], "keepPictures": "copy", "template": "none"]))
    #expect(done["state"] == "completed", "\(done)")
    #expect(done["result"]?["items"] == 6)
    #expect(done["result"]?["skipped"] == ["duplicate": 0, "unreadable": 3, "unusable": 0])
    let index = try FeatureIndexStore.open(at: folder + "/tar.index")
    #expect(
      try index.skipped(limit: 10).map(\.name)
        == ["../escape.png", "shard/0005.png", "shard/0006.png"])
    let grey = try #require(try index.item(named: "shard/0004.right.png")?.item)
    #expect(grey.picture == .stored(try Fixtures.bytes("images/grey.png")))
    #expect(grey.positionCount(in: .tiles) == 0 && grey.positionCount(in: .base) > 0)
    try client.shutDown()
  }

  @Test func shardsMergedByAJobAreTheWhole() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try end("index/build", params("whole", pictures))["state"] == "completed")
    for index in 0..<2 {
      let shard: JSONValue = ["index": .integer(Int64(index)), "count": 2]
      let done = try end("index/build", params("\(index)", pictures, ["shard": shard]))
      #expect(done["state"] == "completed")
    }
    let merged = try end(
      "index/merge",
      [
        "path": .string(folder + "/merged"),
        "inputs": [.string(folder + "/0"), .string(folder + "/1")],
      ])
    let whole = try FeatureIndexStore.open(at: folder + "/whole").contentDigest().hexadecimal
    #expect(merged["result"]?["contentDigest"] == .string(whole), "\(merged)")
    try client.shutDown()
  }

  /// An index of other options or of another autoencoder is left alone, and so is
  /// one that a job writes to.
  @Test func whatDoesNotFitIsRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(try end("index/build", params("index", pictures))["state"] == "completed")
    let other = try end("index/build", params("index", pictures, ["exemplars": 3]))
    #expect(other["state"] == "failed" && other["error"]?["kind"] == "indexStale")
    let message = other["error"]?["message"]?.stringValue ?? ""
    #expect(message.hasSuffix("other options: exemplars was 20 and is now 3"), "\(message)")
    let store = try FeatureIndexStore.open(at: folder + "/index", writing: true)
    let busy = try end("index/build", params("index", pictures))
    #expect(busy["state"] == "failed" && busy["error"]?["kind"] == "busy")
    withExtendedLifetime(store) {}
    #expect(
      try client.refusal("index/build", params("new", ["stdin": true])).kind == "unsupportedTarget")
    #expect(try client.refusal("index/build", params("a/b", pictures)).kind == "ioError")
    for corpus: JSONValue in [[:], ["stdin": false], ["folder": "/", "list": "/"], 3] {
      #expect(try client.refusal("index/build", params("new", corpus)).code == -32602)
    }
    for more: JSONObject in [
      ["views": []], ["exemplars": 0], ["limit": 0],
      ["shard": ["index": 2, "count": 2]], ["template": "chat"],
    ] {
      #expect(try client.refusal("index/build", params("new", pictures, more)).code == -32602)
    }
    // Which views there are is the model's to say.
    let strange = try end("index/build", params("new", pictures, ["views": ["base", "top"]]))
    #expect(strange["state"] == "failed" && strange["error"]?["kind"] == "unsupportedTarget")
    #expect(
      strange["error"]?["message"]?.stringValue
        == "the model's prompts have no view \"top\": expected base, tiles, text", "\(strange)")
    #expect(!FileManager.default.fileExists(atPath: folder + "/new"))
    try client.shutDown()
  }

  /// Questions become items of the view text, with the model's answers; the features' tokens and
  /// neighbours are kept with the index as index/annotate keeps them.
  @Test func questionsAreAskedAndFeaturesAnnotated() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "---\nimages:\n  p: none.png\n---\n@system\nBe brief.\n@user\n![p]\nIs it red?"
    let asked = try end(
      "index/build",
      params(
        "asked.index", pictures,
        [
          "questions": ["What is it?"], "answerTokens": 3, "annotate": true,
          "promptFiles": [.string(file)],
        ]))
    #expect(asked["state"] == "completed", "\(asked)")
    #expect(
      asked["result"]?["items"] == 12 && asked["progress"]?["message"] == "features annotated")
    let index = try FeatureIndexStore.open(at: folder + "/asked.index")
    #expect(
      asked["result"]?["annotated"]?["latents"] == .integer(Int64(index.identity.latentCount)))
    #expect(index.options.template == "model" && index.options.questions?.answerTokens == 3)
    let items = try index.items(limit: 20).map(\.item)
    #expect(
      items.prefix(3).map(\.name) == [
        "landscape.png", "landscape.png: What is it?", "landscape.png: Is it red?",
      ])
    let texts = items.compactMap(\.text)
    #expect(texts.count == 8)
    #expect(texts.count { $0.hasPrefix("What is it?\n") } == 4)
    #expect(
      texts.count { $0.hasPrefix("@system\nBe brief.\n@user\n![picture]\nIs it red?\n") }
        == 4)
    // The tokens behind the picture begin with the template's.
    #expect(items.allSatisfy { $0.text == nil || $0.tokens.contains("<|eot_id|>") })
    let apart = try end("index/build", params("apart.index", pictures, ["annotate": false]))
    #expect(apart["result"]?["annotated"] == nil)
    #expect(try FeatureIndexStore.open(at: folder + "/apart.index").derived(latent: 0) == nil)
    let later = try end(
      "index/annotate", ["index": .string(folder + "/apart.index"), "sae": sae])
    #expect(later["state"] == "completed")
    let other = try FeatureIndexStore.open(at: folder + "/apart.index")
    for latent in 0..<index.identity.latentCount {
      let (here, there) = (
        try #require(try index.derived(latent: latent)),
        try #require(try other.derived(latent: latent))
      )
      #expect(here.promoted == there.promoted && here.suppressed == there.suppressed)
      #expect(here.neighbours.map(\.latent) == there.neighbours.map(\.latent))
    }
    try client.shutDown()
  }

  /// What cannot be asked is refused before a job begins.
  @Test func whatCannotBeAskedIsRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let twice = "---\nimages:\n  p: a.png\n---\n![p]\n![p]\nIs it red?"
    let cases: [(JSONObject, String)] = [
      (["questions": [" "]], "a question is empty, expected words"),
      (["questions": ["Is it?", "Is it?"]], "a question is given twice"),
      (["answerTokens": 3], "answerTokens is for questions and promptFiles"),
      (["questions": ["Is it?"], "views": ["base"]], "which is not among the views"),
      (["promptFiles": ["Is it red?"]], "the prompt file shows 0 images, expected one"),
      (["promptFiles": [.string(twice)]], "the prompt file shows 2 images, expected one"),
      (["promptFiles": ["---\nimages\n---\n"]], "the prompt file is wrong at line 2: "),
      (
        ["promptFiles": ["---\nimages:\n  p: a.png\ntemplate: none\n---\nIs it red?\n![p]"]],
        "asks nothing behind its image"
      ),
      (
        ["questions": .array((0..<257).map { .string("Is it \($0)?") })],
        "257 questions, expected at most 256"
      ),
    ]
    for (more, words) in cases {
      let refusal = try client.refusal("index/build", params("new", pictures, more))
      #expect(refusal.kind == "unsupportedTarget" && refusal.message.contains(words), "\(refusal)")
    }
    let prompts: JSONValue = ["prompts": .string(Fixtures.path("corpus/members.json"))]
    let asked = try client.refusal("index/build", params("new", prompts, ["questions": ["Is it?"]]))
    #expect(asked.message.contains("a corpus of prompts has its own texts"), "\(asked)")
    for more: JSONObject in [["questions": []], ["answerTokens": -1], ["answerTokens": 513]] {
      #expect(try client.refusal("index/build", params("new", pictures, more)).code == -32602)
    }
    #expect(!FileManager.default.fileExists(atPath: folder + "/new"))
    try client.shutDown()
  }

  /// An archive that breaks off fails the job; what came before the break is in the index.
  @Test func aBrokenArchiveFailsTheJobAndKeepsWhatCame() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bytes = try Fixtures.bytes("corpus/gnu.tar")
    try Data(bytes.prefix(12_000)).write(to: URL(filePath: folder + "/cut.tar"))
    let failed = try end(
      "index/build", params("index", ["tar": .string(folder + "/cut.tar")]))
    #expect(failed["state"] == "failed" && failed["error"]?["kind"] == "ioError")
    #expect(failed["message"]?.stringValue?.contains("cut.tar") == true)
    try Data(bytes).write(to: URL(filePath: folder + "/cut.tar"))
    try client.ask("job/resume", ["job": failed["job"] ?? .null])
    let done = try client.ask("job/wait", ["job": failed["job"] ?? .null], seconds: 90)
    #expect(done["state"] == "completed" && done["result"]?["items"] == 6, "\(done)")
    #expect((done["result"]?["newItems"]?.integerValue ?? 6) < 6)
    try client.shutDown()
  }
}
