import Foundation
import JSON
import KernelProtocol
import TestSupport
import Testing

/// What `attribution/compute` and `attribution/compare` answer beside scores, over the wire.
@Suite struct AttributionOverTheWireTests {
  private let session: OpenSession
  private let target: JSONValue

  init() throws {
    session = try OpenSession()
    target = try session.world.target("logitDiff.last")
  }

  private func ask(_ changes: [String: JSONValue]) throws -> JSONValue {
    try session.client.ask(
      "attribution/compute",
      session.params(.object(JSONObject(["target": target].merging(changes) { $1 }))))
  }

  // MARK: Parts

  /// A part's share is what `ablation/run` finds when all of its active latents are set to zero.
  @Test func sharesOfPartsAreThoseOfAblatingTheirLatents() throws {
    let found = try ask(["parts": ["method": "ablation"], "verify": 0])
    let shares = found["byPart"]?.elements ?? []
    #expect(shares.prefix(3).map { $0["part"]?.stringValue } == ["head", "picture", "words"])
    for share in shares.prefix(3) {
      let part = share["part"] ?? nil
      let active = try session.client.ask(
        "feature/activations", session.params(["region": ["part": part], "topK": 100_000]))
      let zeros = (active["items"]?.elements ?? []).map { item -> JSONValue in
        ["op": "zero", "feature": item["feature"] ?? nil, "at": [["part": part]]]
      }
      #expect(!zeros.isEmpty)
      let ablated = try session.client.ask(
        "ablation/run", session.params(["interventions": .array(zeros), "targets": [target]]))
      let values = ablated["targets"]?.elements.first
      let fall = (values?["before"]?.double ?? .nan) - (values?["after"]?.double ?? .nan)
      #expect(abs(fall - (share["score"]?.double ?? .nan)) <= 1e-4, "\(part)")
    }
  }

  @Test(arguments: ["ablation", "shapley", "sum"])
  func theLineCloses(_ method: String) throws {
    let found = try ask(["parts": ["method": .string(method)], "verify": 0])
    let line = try #require(found["identity"])
    func number(_ name: String) -> Double { line[name]?.double ?? 0 }
    let shares = (found["byPart"]?.elements ?? []).reduce(0) { $0 + ($1["score"]?.double ?? .nan) }
    #expect(number("target") == found["target"]?["value"]?.double)
    #expect(
      abs(number("start") + number("features") + number("gap") - number("target")) < 1e-4)
    #expect(abs(shares + number("interaction") - number("features")) < 1e-4)
    #expect(
      abs(number("bias") + number("errorTerm") + number("elsewhere") - number("start")) < 1e-4)
    if method != "sum" { #expect(abs(number("gap")) < 1e-4) }
  }

  @Test func occlusionIsAnotherRunOfThePrompt() throws {
    let regions: JSONValue = [
      ["name": "corner", "region": ["image": 0, "box": [20, 10, 41, 30]]],
      ["name": "words", "region": ["part": "words"]],
    ]
    let found = try ask([
      "parts": ["method": "occlusion", "regions": regions, "replacement": ["id": 5]], "verify": 0,
    ])
    let line = try #require(found["identity"])
    #expect(line["runs"]?.integerValue == 3)
    #expect(line["bias"] == nil && line["errorTerm"] == nil)
    #expect(found["byPart"]?.elements.allSatisfy { $0["score"]?.double != 0 } == true)
  }

  @Test func whatWasNotAskedForIsDoneWithinTheBudgetAndSaidToBeMissingBeyondIt() throws {
    let rich = try ask([:])
    #expect(rich["byPart"]?.elements.count ?? 0 >= 3)
    #expect(rich["verification"]?["n"]?.integerValue ?? 0 >= 8)
    let poor = try ask(["budget": 0])
    #expect(poor["byPart"]?.elements.isEmpty == true)
    #expect(poor["verification"] == nil && poor["identity"] == nil)
    let sentences = text(poor)
    #expect(sentences.contains("parts' shares were not measured"))
    #expect(sentences.contains("not checked by exact ablation"))
    let error = try session.client.refusal(
      "attribution/compute",
      session.params(["target": target, "budget": 3, "parts": ["method": "ablation"]]))
    #expect(error.message.contains("budget is 3"), "\(error.message)")
  }

  // MARK: Targets

  @Test func theRunnerUpIsTheBaselineWhereNoneIsGiven() throws {
    let logits = try session.client.ask("context/logits", ["context": session.context, "topK": 2])
    let best = (logits["items"]?.elements ?? []).map { $0["token"] ?? nil }
    let found = try ask(["target": ["kind": "logitDiff", "answer": ["id": best[0]]]])
    #expect(found["target"]?["baseline"]?.elements.first?["id"] == best[1])
  }

  /// log Σ exp logit over each set, from the logits themselves.
  @Test func setsAreComparedByTheirLogOdds() throws {
    let logits = try session.client.ask(
      "context/logits", ["context": session.context, "topK": 384])
    var byToken: [Int64: Double] = [:]
    for item in logits["items"]?.elements ?? [] {
      byToken[item["token"]?.integerValue ?? -1] = item["logit"]?.double
    }
    let (answers, baselines): ([Int64], [Int64]) = ([3, 17, 40], [5, 99])
    func tokens(_ ids: [Int64]) -> JSONValue { .array(ids.map { ["id": .integer($0)] }) }
    let found = try ask([
      "target": ["kind": "logitDiff", "answer": tokens(answers), "baseline": tokens(baselines)]
    ])
    func logSum(_ ids: [Int64]) -> Double {
      let values = ids.map { byToken[$0] ?? .nan }
      let most = values.max() ?? 0
      return most + log(values.reduce(0) { $0 + exp($1 - most) })
    }
    let value = try #require(found["target"]?["value"]?.double)
    #expect(abs(value - (logSum(answers) - logSum(baselines))) < 1e-4)
    #expect(found["target"]?["title"]?.stringValue?.hasPrefix("log odds of {") == true)
  }

  @Test func aTextsProbabilityIsThatOfItsTokens() throws {
    let text = try ask(["target": ["kind": "sequenceLogProb", "text": "house"], "perToken": true])
    let tokens = text["target"]?["answer"]?.elements.map { $0["id"] ?? nil } ?? []
    #expect(!tokens.isEmpty)
    let byToken = try ask([
      "target": ["kind": "sequenceLogProb", "tokens": .array(tokens.map { ["id": $0] })]
    ])
    #expect(text["target"]?["value"] == byToken["target"]?["value"])
    let values = text["table"]?["values"]?.elements.compactMap(\.double) ?? []
    #expect(values.count == tokens.count)
    #expect(
      abs(values.reduce(0, +) - (text["target"]?["value"]?.double ?? .nan)) < 1e-4)
  }

  @Test func aTokenIsNotComparedWithItself() throws {
    for target: JSONValue in [
      ["kind": "logitDiff", "answer": ["id": 3], "baseline": ["id": 3]],
      ["kind": "logitDiff", "answer": [["id": 3], ["id": 4]], "baseline": [["id": 4]]],
    ] {
      for method in ["attribution/compute", "ablation/run"] {
        let params: JSONValue =
          method == "ablation/run"
          ? ["targets": [target], "interventions": []] : ["target": target]
        let error = try session.client.refusal(method, session.params(params))
        #expect(error.kind == "unsupportedTarget", "\(error.message)")
      }
    }
  }

  // MARK: Words

  /// Nothing is said to support or oppose an answer that was not measured.
  @Test func sentencesAboutCausesNeedMeasurements() throws {
    let measured = text(try ask([:]))
    #expect(measured.contains("support") || measured.contains("oppose"))
    for changes: [String: JSONValue] in [
      ["parts": ["method": "none"], "verify": 0], ["parts": ["method": "sum"], "verify": 0],
    ] {
      let said = text(try ask(changes))
      #expect(!said.contains("support") && !said.contains("oppose"), "\(said)")
    }
  }

  private func text(_ found: JSONValue) -> String {
    (found["explanation"]?["sentences"]?.elements ?? []).compactMap(\.stringValue)
      .joined(separator: "\n")
  }

  // MARK: Two prompts

  /// The reference is made by whole passes of transformers' model with hooks.
  @Test func aComparisonIsThatOfPatchedWholeRuns() throws {
    let reference: JSONValue = try JSONValue(parsing: Fixtures.bytes("attribution/llama3.json"))
    let expected = try #require(reference["comparisons"]?.elements.first)
    let pieces = (expected["rendered"]?.stringValue ?? "").components(separatedBy: "<image>")
    let other = try session.client.ask(
      "context/open",
      [
        "parts": [
          ["id": "head", "text": .string(pieces[0])],
          ["id": "picture", "image": ["path": TinyWorld.picture]],
          ["id": "words", "text": .string(pieces[1])],
        ], "chat": ["template": "none"],
      ])
    let name = try #require(other["context"])
    let found = try session.client.ask(
      "attribution/compare", session.params(["other": name, "target": target, "topK": 4]))
    func number(_ value: JSONValue?) -> Double { value?.double ?? .nan }
    let (a, b) = (number(expected["valueA"]), number(expected["valueB"]))
    #expect(abs(number(found["target"]?["value"]) - a) < 1e-4)
    #expect(abs(number(found["other"]) - b) < 1e-4)
    #expect(abs(number(found["difference"]) - (a - b)) < 1e-4)
    let together = found["together"]
    #expect(abs(number(together?["intoContext"]) - (a - number(expected["allInto"]))) < 1e-4)
    #expect(abs(number(together?["intoOther"]) - (number(expected["allOut"]) - b)) < 1e-4)
    #expect(found["items"]?.elements.count == 4)
  }

  @Test func contextsThatCannotBeComparedAreRefused() throws {
    let same = try session.client.refusal(
      "attribution/compare", session.params(["other": session.context, "target": target]))
    #expect(same.message.contains("itself"))
    let missing = try session.client.refusal(
      "attribution/compare", session.params(["other": "ctx_99", "target": target]))
    #expect(missing.kind == "contextNotFound")
    try session.client.ask(
      "model/load", ["path": .string(Fixtures.path("models/mistral")), "precision": "float32"])
    let other = try session.client.ask(
      "context/open", ["parts": [["text": "a house"]], "model": "mistral"])
    let foreign = try session.client.refusal(
      "attribution/compare",
      session.params(["other": try #require(other["context"]), "target": target]))
    #expect(foreign.message.contains("two models"), "\(foreign.message)")
  }
}
