import Agents
import JSON
import JSONRPC
import Kernel
import Testing
import World

/// The tools before a real kernel: what they tell is what the kernel answers.
@Suite struct AgentWorldTests {
  private let world: World
  private let client: AgentClient

  init() throws {
    world = try #require(World(), "the world's resources are not beside the test program")
    let handler = KernelHandler(KernelOptions(memoryLimit: 1 << 30, threads: 2, world: world))
    client = try AgentClient(before: handler)
    try client.shakeHands()
  }

  private func values(_ tool: String, _ arguments: JSONValue) throws -> JSONValue {
    let result = try client.call(tool, arguments)
    #expect(result["isError"] == false, "\(result["content"] ?? .null)")
    return try #require(result["structuredContent"])
  }

  @Test func tellsTheKernelsOwnNumbers() throws {
    let picture = JSONValue.string("\(world.heldOut)/probe-bolivia-00.png")
    let opened = try values(
      "context_open", ["text": "Does the image show Bolivia?", "images": [picture]])
    let context = try #require(opened["context_id"])
    #expect(opened["next_tokens"]?.arrayValue?.first?["text"] == "Yes")
    let told = try values(
      "attribute", ["context_id": context, "answer": "Yes", "baseline": "No"])
    let target: JSONValue = [
      "kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"],
    ]
    let asked = try client.kernel.ask(
      "attribution/compute",
      [
        "context": context, "sae": "sae", "target": target, "method": "gradient",
        "aggregate": "feature", "topK": 20,
      ])
    #expect(told["target"] == asked["target"]?["value"])
    let supporters = try #require(told["supporters"]?.arrayValue)
    let opposers = try #require(told["opposers"]?.arrayValue)
    #expect(!supporters.isEmpty && !opposers.isEmpty)
    let listed = Dictionary(
      (asked["items"]?.arrayValue ?? []).map {
        ($0["feature"]?["index"]?.integerValue, $0["score"])
      },
      uniquingKeysWith: { first, _ in first })
    let checked = asked["verification"]?["items"]?.arrayValue ?? []
    let measured = Dictionary(
      checked.map { ($0["feature"]?["index"]?.integerValue, $0) },
      uniquingKeysWith: { first, _ in first })
    for feature in supporters + opposers {
      let index = feature["feature"]?.integerValue
      #expect(feature["score"] == listed[index] ?? measured[index]?["predicted"])
      #expect(feature["measured"] == measured[index]?["measured"])
    }
    let random = checked.filter { $0["origin"] == "random" }.compactMap { $0["measured"] }
    let claim = told["claim"]
    #expect(claim?["control"]?["values"] == .array(random) && !random.isEmpty)
    #expect(claim?["n"] == asked["verification"]?["n"])
    #expect(claim?["slope"] == asked["verification"]?["slope"])
    let sentences = asked["explanation"]?["sentences"]?.arrayValue ?? []
    let words = sentences.compactMap(\.stringValue)
    #expect(claim?["statement"] == .string(words.joined(separator: " ")))
    #expect(
      told["parts"]?.arrayValue?.map { $0["score"] }
        == asked["byPart"]?.arrayValue?.map { $0["score"] })
    let first = try #require(supporters.first?["feature"])
    let removed = try values(
      "ablate",
      ["context_id": context, "features": [first], "answer": "Yes", "baseline": "No"])
    let intervention: JSONValue = [
      "op": "zero", "feature": ["sae": "sae", "index": first],
    ]
    let ablated = try client.kernel.ask(
      "ablation/run",
      [
        "context": context, "sae": "sae", "interventions": [intervention], "targets": [target],
      ])
    #expect(removed["after"] == ablated["targets"]?.arrayValue?.first?["after"])
    #expect(removed["claim"]?["control"]?["values"]?.arrayValue?.count == 3)
    #expect(removed["provenance"]?["model"] == "model")
  }

  @Test func keepsDigestsShortAndPicturesSmall() throws {
    let result = try client.call("feature_examples", ["feature": 687, "top_k": 12])
    let content = result["content"]?.arrayValue ?? []
    #expect((content.first?["text"]?.stringValue?.utf8.count ?? 0) <= 2048)
    let picture = content.last?["data"]?.stringValue ?? ""
    #expect(content.count == 2 && !picture.isEmpty && picture.utf8.count <= (64 << 10) * 4 / 3 + 4)
  }

  @Test func readsAFeatureAsAResource() throws {
    let read = try client.ask("resources/read", ["uri": "interp://feature/s%61e/687"])
    let text = read["contents"]?.arrayValue?.first?["text"]?.stringValue ?? ""
    #expect(try JSONValue(parsing: Array(text.utf8))["feature"] == 687)
  }
}
