import Foundation
import JSON
import JSONRPC
import Kernel
import Testing
import World

/// The embedded world, loaded by the first question about it.
///
/// Reference values: `heldout/probes.json`, written by the world's scripts with transformers
/// 5.23 on the same checkpoint.
@Suite struct WorldTests {
  private struct Probe: Decodable {
    let picture: String
    let question: String
    let answer: String
    let yesMinusNo: Double
  }

  private let world: World
  private let probes: [Probe]
  private let client: KernelClient

  init() throws {
    world = try #require(World(), "the world's resources are not beside the test program")
    probes = try JSONDecoder().decode(
      [Probe].self, from: Data(contentsOf: URL(fileURLWithPath: world.heldOut + "/probes.json")))
    client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 2, world: world))
  }

  private func open(_ probe: Probe) throws -> JSONValue {
    let picture = "\(world.heldOut)/\(probe.picture).png"
    let opened = try client.ask(
      "context/open",
      ["parts": [["image": ["path": .string(picture)]], ["text": .string(probe.question)]]])
    return try #require(opened["context"])
  }

  private func attribution(_ context: JSONValue, verify: Int64) throws -> JSONValue {
    try client.ask(
      "attribution/compute",
      [
        "context": context, "sae": "sae", "method": "gradient", "verify": .integer(verify),
        "target": [
          "kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"],
        ],
      ])
  }

  /// The default mode rounds activations to bf16 before each of about 4 products a block; the bound
  /// is ModelsTests' (4L + 1)/256 of the largest logit, with L = 6.
  @Test func answersItsProbesAsTransformersDoes() throws {
    #expect(probes.count >= 16)
    for probe in probes {
      let context = try open(probe)
      let answer = try client.ask("context/generate", ["context": context, "maxTokens": 8])
      #expect(answer["text"]?.stringValue == probe.answer, "\(probe.picture)")
      let logits = try client.ask("context/logits", ["context": context, "topK": 1])
      let largest = try #require(number(logits["items"]?.arrayValue?.first?["logit"]))
      let found = try #require(
        number(try attribution(context, verify: 0)["target"]?["value"]))
      #expect(abs(found - probe.yesMinusNo) < 25 / 256 * abs(largest), "\(probe.picture)")
    }
  }

  @Test func theGradientsTopFeaturesAgreeWithTheirExactAblation() throws {
    let correlations = try probes.map { probe in
      let found = try attribution(open(probe), verify: 20)
      let parts = try #require(found["completeness"])
      let (sum, bias, error, total) = (
        try #require(number(parts["sum"])), try #require(number(parts["bias"])),
        try #require(number(parts["errorTerm"])), try #require(number(parts["total"]))
      )
      #expect(abs(sum + bias + error - total) < 1e-4 * (abs(sum) + abs(bias) + abs(error)))
      return try #require(number(found["verification"]?["pearson"]))
    }.sorted()
    let median = correlations[correlations.count / 2]
    print(
      "gradient against exact ablation, top 20 of each probe: median Pearson \(median),",
      "lowest \(correlations[0])")
    #expect(median > 0.8)
  }

  /// What is said of the picture is held against the world: a picture painted
  /// over touches no feature.
  @Test func thePicturesMeasuredShareHasTheSignOfItsOcclusion() throws {
    for probe in probes {
      let context = try open(probe)
      let shares = try ["ablation", "occlusion"].map { method in
        let found = try client.ask(
          "attribution/compute",
          [
            "context": context, "sae": "sae", "verify": 0,
            "target": ["kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"]],
            "parts": ["method": .string(method), "regions": [["region": ["image": 0]]]],
          ])
        if let line = found["identity"], method == "ablation" {
          let gap = try #require(number(line["gap"]))
          #expect(abs(gap) < 1e-3, "\(probe.picture)")
        }
        return try #require(number(found["byPart"]?.arrayValue?.first?["score"]))
      }
      #expect(shares[0] * shares[1] > 0, "\(probe.picture): \(shares)")
    }
  }

  /// Of the twenty features whose exact ablation matters most, the answer as it
  /// comes lists at least 17.
  @Test func anAnswerAsItComesListsTheFeaturesThatMatter() throws {
    let found = try probes.map { probe in
      let context = try open(probe)
      func features(_ changes: [String: JSONValue]) throws -> [(latent: Int64, score: Double)] {
        var params: [String: JSONValue] = [
          "context": context, "sae": "sae", "aggregate": "feature",
          "target": ["kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"]],
        ]
        params.merge(changes) { $1 }
        let answer = try client.ask("attribution/compute", .object(JSONObject(params)))
        return try (answer["items"]?.arrayValue ?? []).map { item in
          (
            try #require(item["feature"]?["index"]?.integerValue),
            try #require(number(item["measured"] ?? item["score"]))
          )
        }
      }
      let exact = try features(["method": "ablation", "parts": ["method": "none"], "topK": 20])
      let listed = try features(["topK": 20])
      let shared = Set(exact.map(\.latent)).intersection(listed.map(\.latent)).count
      #expect(listed.first?.latent == exact.first?.latent, "\(probe.picture)")
      return shared
    }.sorted()
    print("of the true top 20 the default answer lists", found)
    #expect(found[found.count / 2] >= 17)
  }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
