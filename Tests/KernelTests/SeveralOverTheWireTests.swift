import Foundation
import JSON
import JSONRPC
import TestSupport
import Testing

/// Several autoencoders in one request: whose each number is, what is refused, and that one alone
/// is answered as before.
@Suite struct SeveralOverTheWireTests {
  /// A session with its autoencoder of the stream and one of what the MLP of block 1 adds.
  private final class Scene {
    let session: OpenSession
    let names: [String]
    private let folder = AutoencoderFormatTests.temporary()

    init() throws {
      session = try OpenSession()
      let path = try AutoencoderFormatTests.saeLens(
        session.world,
        ["architecture": "topk", "metadata": ["hook_name": "blocks.1.hook_mlp_out"]], in: folder)
      let loaded = try session.client.ask("sae/load", ["path": path])
      names = [
        try #require(session.sae.stringValue), try #require(loaded["sae"]?.stringValue),
      ]
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var several: JSONValue { .array(names.map { .string($0) }) }

    func asking(_ others: [String: JSONValue]) throws -> JSONValue {
      let params: [String: JSONValue] = [
        "context": session.context, "target": try session.world.target("logitDiff.last"),
      ]
      return .object(JSONObject(params.merging(others) { $1 }))
    }

    func attribute(_ others: [String: JSONValue]) throws -> JSONValue {
      try session.client.ask("attribution/compute", try asking(others))
    }
  }

  @Test func itemsSayWhoseTheyAreAndScoreAsAlone() throws {
    let scene = try Scene()
    let common: [String: JSONValue] = ["method": "gradient", "topK": 100_000, "verify": 4]
    let together = try scene.attribute(common.merging(["saes": scene.several]) { $1 })
    let items = try #require(together["items"]?.elements)
    #expect(together["completeness"] == nil)
    #expect(together["byPart"]?.elements.isEmpty == true)
    let told = try #require(together["bySae"]?.elements)
    #expect(told.map { $0["sae"]?.stringValue ?? "" } == scene.names)
    for (number, name) in scene.names.enumerated() {
      let alone = try scene.attribute(
        common.merging(["sae": .string(name), "parts": ["method": "none"]]) { $1 })
      #expect(alone["bySae"] == nil && alone["items"]?.elements.first?["sae"] == nil)
      #expect(told[number]["completeness"] == alone["completeness"])
      func scores(_ items: [JSONValue]) -> [String: Double] {
        items.filter { $0["feature"]?["sae"] == .string(name) }.reduce(into: [:]) {
          let place = "\($1["position"] ?? .null) \($1["feature"]?["index"] ?? .null)"
          $0[place] = $1["score"]?.double
        }
      }
      #expect(scores(items) == scores(try #require(alone["items"]?.elements)))
    }
    let measured = try #require(together["verification"]?["items"]?.elements)
    #expect(Set(measured.compactMap { $0["feature"]?["sae"]?.stringValue }) == Set(scene.names))
    let sentences = try #require(together["explanation"]?["sentences"]?.elements)
    #expect(
      sentences.contains { $0.stringValue?.contains("those of one autoencoder's features") == true }
    )
    #expect(sentences.contains { $0.stringValue?.contains("\(scene.names[0]) #") == true })
  }

  @Test func sumsAndPicturesAreOfOneAutoencoderEach() throws {
    let scene = try Scene()
    let found = try scene.attribute([
      "saes": scene.several, "aggregate": "token", "topK": 100_000, "verify": 0,
      "parts": ["method": "occlusion"], "render": ["image": "patches", "text": "html"],
    ])
    let items = try #require(found["items"]?.elements)
    #expect(Set(items.compactMap { $0["sae"]?.stringValue }) == Set(scene.names))
    #expect(items.allSatisfy { $0["feature"] == nil && $0["position"] != nil })
    #expect(found["identity"]?["method"] == "occlusion")
    let drawn = try #require(found["renderings"]?.elements)
    for name in scene.names {
      let own = drawn.filter { $0["sae"] == .string(name) }
      #expect(own.compactMap { $0["mimeType"]?.stringValue } == ["image/png", "text/html"])
    }
  }

  @Test func interventionsOfBothAreMadeInOneRun() throws {
    let scene = try Scene()
    let (client, target) = (
      scene.session.client, try scene.session.world.target("logitDiff.last")
    )
    func change(_ number: Int, _ value: JSONValue) -> JSONValue {
      [
        "op": "clamp", "feature": ["sae": .string(scene.names[number]), "index": 3],
        "value": value, "generated": true,
      ]
    }
    func params(_ changes: [JSONValue], _ others: [String: JSONValue]) -> JSONValue {
      let own: [String: JSONValue] = [
        "context": scene.session.context, "sae": .string(scene.names[0]),
        "interventions": .array(changes),
      ]
      return .object(JSONObject(own.merging(others) { $1 }))
    }
    let both = [change(1, 2), change(0, 3)]
    let ablated = try client.ask("ablation/run", params(both, ["targets": [target]]))
    let alone = try client.ask("ablation/run", params([change(0, 3)], ["targets": [target]]))
    #expect(ablated["targets"]?.elements[0]["after"] != alone["targets"]?.elements[0]["after"])
    #expect(alone["receipts"] == nil)
    let receipts = try #require(ablated["receipts"]?.elements)
    #expect(receipts.map { $0["sae"]?.stringValue ?? "" } == scene.names)
    #expect(receipts.allSatisfy { ($0["positions"]?.double ?? 0) > 0 && $0["steps"] == 1 })
    let steered = try client.ask(
      "steering/generate",
      params(both, ["maxTokens": 3, "compareWith": ["plain", "reconstruction"]]))
    let each = try #require(steered["receipts"]?.elements)
    #expect(each.map { $0["sae"]?.stringValue ?? "" } == scene.names)
    let sum = each.reduce(0.0) { $0 + ($1["positions"]?.double ?? 0) }
    #expect(steered["receipt"]?["positions"]?.double == sum)
    #expect(steered["outputs"]?.elements.count == 3)
    let generated = try client.ask("context/generate", params(both, ["maxTokens": 3]))
    #expect(generated["text"] == steered["outputs"]?.elements[0]["text"])
  }

  @Test func whatIsNoQuestionIsRefusedByName() throws {
    let scene = try Scene()
    let (one, other) = (scene.names[0], scene.names[1])
    for (params, kind, words) in [
      ([:], "invalidParams", "sae"),
      (["sae": .string(one), "saes": scene.several], "invalidParams", "saes"),
      (["saes": []], "invalidParams", "saes"),
      (["saes": .array([.string(one), .string(one)])], "unsupportedTarget", "is named twice"),
      (["saes": .array([.string(one), "nobody"])], "saeMismatch", "\"nobody\""),
      (
        ["saes": scene.several, "splice": ["errorTerm": "drop"]], "unsupportedTarget",
        "errorTerm is drop for \"\(one)\", \"\(other)\""
      ),
      (
        ["saes": scene.several, "method": "integratedGradients"], "unsupportedTarget",
        "integratedGradients of"
      ),
      (
        ["saes": scene.several, "parts": ["method": "ablation"]], "unsupportedTarget",
        "2 are asked about"
      ),
      (["saes": scene.several, "aggregate": "part"], "unsupportedTarget", "2 are asked about"),
    ] as [([String: JSONValue], String, String)] {
      let refusal = try scene.session.client.refusal(
        "attribution/compute", try scene.asking(params))
      #expect(refusal.kind == kind, "\(refusal)")
      #expect(refusal.message.contains(words), "\(refusal.message)")
    }
    let stranger = try scene.session.client.refusal(
      "ablation/run",
      [
        "context": scene.session.context, "sae": .string(one), "targets": [],
        "interventions": [["op": "zero", "feature": ["sae": "nobody", "index": 1]]],
      ])
    #expect(stranger.kind == "saeMismatch" && stranger.message.contains("\"nobody\""))
    let outside = try scene.session.client.refusal(
      "steering/generate",
      [
        "context": scene.session.context, "sae": .string(one), "maxTokens": 1,
        "interventions": [["op": "zero", "feature": ["sae": .string(other), "index": 100_000]]],
      ])
    #expect(outside.kind == "featureOutOfRange")
  }

  /// An autoencoder that was loaded for another model of the same kernel.
  @Test func oneOfAnotherModelIsRefusedByName() throws {
    let scene = try Scene()
    let world = try TinyWorld("mistral", case: "text")
    let model = try scene.session.client.ask("model/load", ["path": world.model])
    let loaded = try scene.session.client.ask(
      "sae/load", ["path": world.autoencoder, "model": model["model"] ?? .null])
    let name = try #require(loaded["sae"]?.stringValue)
    let refusal = try scene.session.client.refusal(
      "attribution/compute",
      try scene.asking(["saes": .array([.string(scene.names[0]), .string(name)])]))
    #expect(refusal.kind == "saeMismatch")
    #expect(refusal.message.contains("\"\(name)\" was loaded for the model"))
  }
}
