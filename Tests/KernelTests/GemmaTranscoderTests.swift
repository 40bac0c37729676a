import Checkpoints
import Foundation
import JSON
import TestSupport
import Testing

/// A set of transcoders as vlm-circuit-tracing trains them for Gemma 3, of the module's own output,
/// loaded and asked over the wire.
@Suite struct GemmaTranscoderTests {
  private static func writeSet(width: Int, latents: Int, to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var state: UInt64 = 11
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 24) - 0.5
      }
    }
    for block in 0..<2 {
      var writer = SafetensorsWriter()
      writer.add("W_enc", shape: [latents, width], numbers(latents * width))
      writer.add("b_enc", shape: [latents], numbers(latents))
      writer.add("W_dec", shape: [latents, width], numbers(latents * width))
      writer.add("b_dec", shape: [width], numbers(width))
      writer.add("W_skip", shape: [width, width], numbers(width * width))
      try writer.write(to: "\(folder)/layer_\(block).safetensors")
    }
    let text = """
      model_kind: transcoder_set
      model_name: google/gemma-3-4b-it
      feature_input_hook: mlp.hook_in
      feature_output_hook: mlp.hook_out
      top_k: 6
      layers:
      - 0
      - 1
      """
    try Data(text.utf8).write(to: URL(filePath: folder + "/config.yaml"))
  }

  @Test func aSetOfTheModulesOutputIsLoadedAttributedAndAblated() throws {
    let folder = try TemporaryFolder()
    let set = folder.path + "/plt"
    try Self.writeSet(width: 40, latents: 60, to: set)
    let client = try KernelClient()
    try client.ask(
      "model/load",
      ["path": .string(Fixtures.path("models/gemma3")), "precision": "float32"])
    let sites = try client.ask("sae/sites", [:])["sites"]?.elements ?? []
    for site in ["mlp_module.N", "attn_module.N", "attn_heads.N", "mlp_in.N -> mlp_module.N"] {
      #expect(sites.contains { $0["site"] == .string(site) && $0["isServed"] == true }, "\(site)")
    }
    let loaded = try client.ask("sae/load", ["path": .string(set), "site": "transcoder.1"])
    #expect(loaded["site"] == "transcoder.1", "a site that is given overrides what the files say")
    let own = try client.ask(
      "sae/load", ["path": .string(set + "/layer_1.safetensors")])
    #expect(own["site"] == "mlp_in.1 -> mlp_module.1" && own["k"] == 6)
    let opened = try client.ask(
      "context/open",
      [
        "parts": [
          ["id": "picture", "image": ["path": TinyWorld.picture]],
          ["id": "words", "text": "What is this?"],
        ]
      ])
    let target: JSONValue = ["kind": "logit", "token": ["id": 20]]
    func asked(_ others: [String: JSONValue]) -> JSONValue {
      var members = JSONObject()
      (members["context"], members["sae"]) = (opened["context"] ?? .null, own["sae"] ?? .null)
      for (name, value) in others { members[name] = value }
      return .object(members)
    }
    let relevance = try client.ask(
      "attribution/compute", asked(["target": target, "method": "relevance", "topK": 3]))
    let parts = relevance["completeness"]
    let sum = ["sum", "bias", "skip", "errorTerm", "bypass"].reduce(0.0) {
      $0 + (parts?[$1]?.double ?? .nan)
    }
    let total = parts?["total"]?.double ?? .nan
    #expect(abs(sum - total) <= 1e-4 * max(1, abs(total)), "\(parts ?? .null)")
    // A score is the derivative of what running the model on a changed latent gives.
    let found = try client.ask(
      "attribution/compute", asked(["target": target, "method": "gradient", "topK": 1]))
    let item = try #require(found["items"]?.elements.first)
    let score = try #require(item["score"]?.double)
    let position = try #require(item["position"]?.integerValue)
    func fall(by share: Double) throws -> Double {
      let change: JSONValue = [
        "feature": item["feature"] ?? .null, "op": "scale", "value": .number(1 - share),
        "at": [["span": ["start": .integer(position), "end": .integer(position + 1)]]],
      ]
      let ablated = try client.ask(
        "ablation/run", asked(["interventions": [change], "targets": [target]]))
      let values = try #require(ablated["targets"]?.elements.first)
      return try #require(values["before"]?.double) - #require(values["after"]?.double)
    }
    let derivative = (try fall(by: 0.02) - fall(by: -0.02)) / 0.04
    #expect(abs(derivative - score) <= 0.02 * abs(score), "\(derivative), \(score)")
  }
}
