import Foundation
import JSON
import Kernel
import Testing
import World

/// What 8-bit weights do to the embedded world's answers and attributions, beside what the default
/// bf16 mode does; both against float32. The figures are printed; Sources/README.md quotes them.
@Suite struct EightBitWorldTests {
  private struct Probe: Decodable {
    let picture: String
    let question: String
    let answer: String
  }

  /// One probe in one precision.
  private struct Answer {
    let text: String
    let difference: Double
    let largestLogit: Double
    /// By latent, all that have a score.
    let scores: [Int64: Double]

    var top: Set<Int64> {
      Set(scores.sorted { (abs($1.value), $0.key) < (abs($0.value), $1.key) }.prefix(20).map(\.key))
    }
  }

  private func answers(_ precision: JSONValue, probes: [Probe], world: World) throws -> [Answer] {
    let client = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 2, world: world))
    _ = try client.ask("model/load", ["path": .string(world.model), "precision": precision])
    let sae = try client.ask("sae/load", ["path": .string(world.autoencoder)])["sae"] ?? nil
    return try probes.map { probe in
      let picture = "\(world.heldOut)/\(probe.picture).png"
      let context =
        try client.ask(
          "context/open",
          ["parts": [["image": ["path": .string(picture)]], ["text": .string(probe.question)]]])[
          "context"] ?? nil
      let text = try client.ask("context/generate", ["context": context, "maxTokens": 8])["text"]
      let logits = try client.ask("context/logits", ["context": context, "topK": 1])
      let found = try client.ask(
        "attribution/compute",
        [
          "context": context, "sae": sae, "method": "gradient", "topK": 100_000,
          "aggregate": "feature",
          "target": [
            "kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"],
          ],
        ])
      let scores = (found["items"]?.elements ?? []).compactMap { item in
        item["feature"]?["index"]?.integerValue.map { ($0, item["score"]?.double ?? .nan) }
      }
      return Answer(
        text: text?.stringValue ?? "", difference: found["target"]?["value"]?.double ?? .nan,
        largestLogit: logits["items"]?.elements.first?["logit"]?.double ?? .nan,
        scores: Dictionary(uniqueKeysWithValues: scores))
    }
  }

  private struct Effect {
    var overlap: [Double] = []
    var pearson: [Double] = []
    var change: [Double] = []
    var sameAnswers = 0
  }

  private func effect(of found: [Answer], against expected: [Answer]) -> Effect {
    var effect = Effect()
    for (a, b) in zip(found, expected) {
      effect.overlap.append(Double(a.top.intersection(b.top).count))
      let latents = Set(a.scores.keys).union(b.scores.keys).sorted()
      effect.pearson.append(
        pearson(latents.map { a.scores[$0] ?? 0 }, latents.map { b.scores[$0] ?? 0 }))
      effect.change.append(abs(a.difference - b.difference) / abs(b.largestLogit))
      if a.text == b.text { effect.sameAnswers += 1 }
    }
    effect.overlap.sort()
    effect.pearson.sort()
    effect.change.sort()
    return effect
  }

  private func pearson(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    let products = zip(a, b).reduce(0) { $0 + ($1.0 - ma) * ($1.1 - mb) }
    let (sa, sb) = (
      a.reduce(0) { $0 + ($1 - ma) * ($1 - ma) }, b.reduce(0) { $0 + ($1 - mb) * ($1 - mb) }
    )
    return products / (sa * sb).squareRoot()
  }

  private func median(_ sorted: [Double]) -> Double { sorted[sorted.count / 2] }

  /// The answer may move by what bf16 mode's bound allows, (4L + 1)/256 of the largest logit with L
  /// = 6, and rankings stay: the mode would be of no use for attribution below these.
  @Test func theEffectOnAnswersAndAttributionsIsBounded() throws {
    let world = try #require(World(), "the world's resources are not beside the test program")
    let probes = try JSONDecoder().decode(
      [Probe].self, from: Data(contentsOf: URL(fileURLWithPath: world.heldOut + "/probes.json")))
    let modes = try ["float32", "bfloat16", "int8"].map {
      try answers(.string($0), probes: probes, world: world)
    }
    let (float32, bfloat16, int8) = (modes[0], modes[1], modes[2])
    for (name, effect) in [
      ("bf16 against float32", effect(of: bfloat16, against: float32)),
      ("int8 against float32", effect(of: int8, against: float32)),
      ("int8 against bf16", effect(of: int8, against: bfloat16)),
    ] {
      print(
        "\(name), \(probes.count) probes: same answers \(effect.sameAnswers);",
        "top 20 shared: median \(median(effect.overlap)), lowest \(effect.overlap[0]);",
        "Pearson of scores: median \(median(effect.pearson)), lowest \(effect.pearson[0]);",
        "Yes - No over the largest logit moves by: median \(median(effect.change)),",
        "most \(effect.change.last ?? .nan)")
    }
    for expected in [float32, bfloat16] {
      let effect = effect(of: int8, against: expected)
      #expect(median(effect.overlap) >= 16)
      #expect(median(effect.pearson) > 0.95)
      #expect(effect.change.allSatisfy { $0 < 25 / 256 })
      #expect(effect.sameAnswers == probes.count)
    }
  }
}
