import Foundation
import JSON
import JSONRPC
import KernelProtocol
import TestSupport
import Testing

/// Autoencoders whose input is normalised, whose activations are signed, or whose files leave
/// something open, asked over the wire.
@Suite struct AutoencoderOptionTests {
  /// A session, with one more autoencoder of another kind in SAELens' files.
  private final class Other {
    let session: OpenSession
    let sae: JSONValue
    let loaded: JSONValue
    let path: JSONValue
    private let folder: URL

    init(_ members: [String: Any], _ params: [String: JSONValue] = [:]) throws {
      session = try OpenSession()
      folder = AutoencoderFormatTests.temporary()
      path = try AutoencoderFormatTests.saeLens(session.world, members, in: folder)
      var request = JSONObject()
      request["path"] = path
      for (name, value) in params { request[name] = value }
      loaded = try session.client.ask("sae/load", .object(request))
      sae = try #require(loaded["sae"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func asked(_ others: JSONValue) -> JSONValue {
      guard case .object(var members) = session.params(others) else { return others }
      members["sae"] = sae
      return .object(members)
    }
  }

  static let kinds: [([String: String], String)] = [
    (["architecture": "topk", "normalize_activations": "layer_norm"], "topk"),
    (["architecture": "topk", "normalize_activations": "constant_norm_rescale"], "topk"),
    (["architecture": "abstopk"], "abs-topk"),
    (["architecture": "abstopk", "normalize_activations": "layer_norm"], "abs-topk"),
  ]

  /// Features, bias and error add up to the whole of x·g, and a zeroed feature's exact effect is
  /// what a list of effects over all features is made of: measured by running the model.
  @Test(arguments: kinds)
  func theSumHoldsAndEffectsAreMeasured(members: [String: String], activation: String) throws {
    let other = try Other(members)
    #expect(other.loaded["activation"]?.stringValue == activation)
    let target = try other.session.world.target("logitDiff.last")
    let found = try other.session.client.ask(
      "attribution/compute",
      other.asked(["target": target, "method": "gradient", "topK": 100_000]))
    let parts = ["sum", "bias", "errorTerm", "total"].map {
      found["completeness"]?[$0]?.double ?? .nan
    }
    let gap = abs(parts[0] + parts[1] + parts[2] - parts[3])
    #expect(gap <= 1e-5 * parts.map(abs).reduce(0, +), "\(parts)")
    let items = found["items"]?.elements ?? []
    #expect(!items.isEmpty)
    // A small change is what the derivative says it is, whatever normalises the row.
    let item = try #require(
      items.max { abs($0["score"]?.double ?? 0) < abs($1["score"]?.double ?? 0) })
    let (position, score) = (
      try #require(item["position"]?.integerValue), try #require(item["score"]?.double)
    )
    func fall(by share: Double) throws -> Double {
      let scaled: JSONValue = [
        "feature": item["feature"] ?? .null, "op": "scale", "value": .number(1 - share),
        "at": [["span": ["start": .integer(position), "end": .integer(position + 1)]]],
      ]
      let ablated = try other.session.client.ask(
        "ablation/run", other.asked(["interventions": [scaled], "targets": [target]]))
      let values = try #require(ablated["targets"]?.elements.first)
      return try #require(values["before"]?.double) - #require(values["after"]?.double)
    }
    let share = min(0.02, 0.02 / abs(score))
    let derivative = (try fall(by: share) - fall(by: -share)) / (2 * share)
    #expect(abs(derivative - score) <= 0.02 * abs(score), "\(derivative), \(score)")
  }

  /// What a feature explains of the difference of two contexts, to first order, against its
  /// activations of one put into the other, each in the scale of the row that it is put in.
  @Test(arguments: ["layer_norm", "constant_norm_rescale"])
  func aComparisonPredictsWhatPatchingMeasures(normalisation: String) throws {
    let other = try Other(["architecture": "topk", "normalize_activations": normalisation])
    let context = try other.session.client.ask(
      "context/open",
      [
        "parts": [
          ["id": "picture", "image": ["path": TinyWorld.picture]],
          ["id": "words", "text": "What is this?"],
        ]
      ])
    guard case .object(var members) = try other.session.world.target("logitDiff.last") else {
      return
    }
    // Each context's own last position.
    members["position"] = nil
    let target = JSONValue.object(members)
    let found = try other.session.client.ask(
      "attribution/compare",
      other.asked(["other": context["context"] ?? .null, "target": target, "topK": 3]))
    let items = found["items"]?.elements ?? []
    #expect(items.count == 3)
    let item = try #require(items.first)
    let predicted = item["predicted"]?.double ?? .nan
    let measured = ["intoContext", "intoOther"].map { item["measured"]?[$0]?.double ?? .nan }
    let mean = (measured[0] + measured[1]) / 2
    #expect(abs(predicted - mean) <= 0.02 * abs(mean), "\(predicted), \(mean)")
  }

  @Test func signedActivationsAreNotIndexed() throws {
    let other = try Other(["architecture": "abstopk"])
    let folder = AutoencoderFormatTests.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let asked: JSONValue = [
      "path": .string(folder.path + "/index"), "sae": other.sae,
      "corpus": ["folder": .string(Fixtures.path("models/pictures"))],
    ]
    let job = try #require(try other.session.client.ask("index/build", asked)["job"])
    let done = try other.session.client.ask("job/wait", ["job": job, "timeoutMs": 60_000])
    #expect(done["state"] == "failed")
    #expect("\(done)".contains("a feature index does not take"), "\(done)")
  }

  @Test func aFactorThatIsMissingIsAskedForAndTaken() throws {
    let session = try OpenSession()
    let folder = AutoencoderFormatTests.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try AutoencoderFormatTests.saeLens(
      session.world,
      ["architecture": "topk", "normalize_activations": "expected_average_only_in"], in: folder)
    let refusal = try session.client.refusal("sae/load", ["path": path])
    #expect(refusal.message.contains("inputScale"))
    let one = try session.client.ask("sae/load", ["path": path, "inputScale": 1])
    let two = try session.client.ask("sae/load", ["path": path, "inputScale": 2])
    #expect(one["sae"] != two["sae"], "another factor is another autoencoder")
    #expect(try session.client.ask("sae/load", ["path": path, "inputScale": 2]) == two)
    let wrong = try session.client.refusal(
      "sae/load", ["path": path, "inputScale": 2, "activation": "relu"])
    #expect(wrong.message.contains("activation is given"))
    let unused = try session.client.refusal("sae/load", ["path": path, "inputScale": 2, "k": 3])
    #expect(unused.message.contains("k is given"))
  }

  /// `initialize` and a prompt file load the same autoencoder as `sae/load` with the same factor.
  @Test func aFactorIsTakenAtTheStartAndFromAPromptFile() throws {
    let world = try OpenSession().world
    let folder = AutoencoderFormatTests.temporary()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try AutoencoderFormatTests.saeLens(
      world, ["architecture": "topk", "normalize_activations": "expected_average_only_in"],
      in: folder)
    let client = try KernelClient(
      options: ["model": world.model, "saes": [path], "saeOptions": [["inputScale": 2]]])
    let text = "---\nsae: \(folder.path)\nsae-input-scale: 2.0\n---\nhello"
    let opened = try client.ask("prompt/open", ["text": .string(text)])
    #expect(opened["diagnostics"] == [])
    #expect(opened["front"]?["saeOptions"] == ["inputScale": 2.0])
    let loaded = try client.ask("sae/load", ["path": path, "inputScale": 2])
    #expect(opened["sae"] == loaded["sae"])
    #expect(try client.ask("kernel/status")["saes"]?.elements.count == 1)
    let other = try client.ask(
      "prompt/open", ["text": .string(text.replacing("2.0", with: "3"))])
    #expect(other["sae"] != loaded["sae"])
    let bare = try client.ask(
      "prompt/open", ["text": .string(text.replacing("sae-input-scale: 2.0\n", with: ""))])
    #expect("\(bare["diagnostics"] ?? .null)".contains("inputScale"))
  }

  @Test func optionsOfNoAutoencoderAreRefused() throws {
    let client = try KernelClient(options: nil)
    let many = try client.refusal(
      "initialize",
      ["initializationOptions": ["saes": ["/a"], "saeOptions": [["k": 1], ["k": 2]]]])
    #expect(many.message.contains("array of 2"))
    let activation = try client.refusal(
      "initialize",
      ["initializationOptions": ["saes": ["/a"], "saeOptions": [["activation": "abs-topk"]]]])
    #expect(activation.message.contains("activation"))
    #expect(activation.message.contains("\"signed-topk\""))
  }
}
