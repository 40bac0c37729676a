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
      "attribute", ["context_id": context, "answer": "Yes", "baseline": "No", "verify": 1])
    let target: JSONValue = [
      "kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"],
    ]
    let asked = try client.kernel.ask(
      "attribution/compute",
      [
        "context": context, "sae": "sae", "target": target, "method": "gradient",
        "aggregate": "feature", "topK": 10,
      ])
    #expect(told["target"] == asked["target"]?["value"])
    let features = told["features"]?.arrayValue ?? []
    let items = asked["items"]?.arrayValue ?? []
    #expect(features.count == 10)
    #expect(features.map { $0["score"] } == items.map { $0["score"] })
    #expect(features.map { $0["feature"] } == items.map { $0["feature"]?["index"] })
    let first = try #require(features.first?["feature"])
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
