import JSON
import JSONRPC
import Testing

/// Contexts over their life: a second question, versions, appending, sampling.
@Suite struct ContextTests {
  @Test func aSecondQuestionComputesOnlyWhatIsNew() throws {
    let session = try OpenSession()
    let client = session.client
    #expect(session.opened["reused"] == 0 && session.opened["computed"] == 71)
    var parts = session.world.parts.elements
    parts[2] = ["id": "words", "text": "\nIs it a house?"]
    let prompt: JSONValue = ["parts": .array(parts), "chat": ["template": "none"]]
    let second = try client.ask("context/open", prompt)
    let reused = try #require(second["reused"]?.integerValue)
    let computed = try #require(second["computed"]?.integerValue)
    // The head and the picture are the same.
    #expect(reused >= 45 && reused + computed == second["tokenCount"]?.integerValue)

    let alone = try KernelClient()
    try alone.ask("model/load", ["path": session.world.model, "precision": "float32"])
    let fresh = try alone.ask("context/open", prompt)
    #expect(fresh["reused"] == 0)
    func logits(_ client: KernelClient, _ opened: JSONValue) throws -> [Double] {
      let items =
        try client.ask(
          "context/logits", ["context": opened["context"] ?? nil, "topK": 384])["items"]?.elements
        ?? []
      return items.sorted { ($0["token"]?.double ?? 0) < ($1["token"]?.double ?? 0) }
        .map { $0["logit"]?.double ?? .nan }
    }
    expectClose(try logits(client, second), try logits(alone, fresh), "with and without re-use")

    let again = try client.ask("context/open", session.world.prompt)
    #expect((again["reused"]?.double ?? 0) >= 70)
    #expect(again["context"] != session.context)
  }

  @Test func aContextOutlivesTheOneItReuses() throws {
    let session = try OpenSession()
    let client = session.client
    let second = try client.ask("context/open", session.world.prompt)
    let params: JSONValue = ["context": second["context"] ?? nil, "topK": 5]
    let before = try client.ask("context/logits", params)
    try client.ask("context/close", session.params(sae: false))
    #expect(try client.ask("context/logits", params) == before)
  }

  @Test func appendingMakesANewVersion() throws {
    let session = try OpenSession()
    let client = session.client
    let greedy = session.world.reference["steering"]?.elements.first?["tokens"]?.integers ?? []
    let first = try client.ask(
      "context/generate", session.params(["maxTokens": 3, "append": true], sae: false))
    #expect(first["version"] == 2)
    #expect(first["tokens"]?.elements.compactMap { $0["id"]?.integerValue } == Array(greedy[..<3]))
    // What follows is what one run of all tokens gives.
    let rest = try client.ask(
      "context/generate", session.params(["maxTokens": 5, "version": 2], sae: false))
    #expect(rest["tokens"]?.elements.compactMap { $0["id"]?.integerValue } == Array(greedy[3...]))
    let tokens =
      try client.ask("context/tokens", session.params(sae: false))["tokens"]?.elements ?? []
    #expect(tokens.suffix(3).compactMap { $0["id"]?.integerValue } == Array(greedy[..<3]))

    let refusal = try client.refusal(
      "context/logits", session.params(["topK": 1, "version": 1], sae: false))
    #expect(refusal.kind == "contextVersionMismatch" && refusal.message.contains("2"))
    try client.expectAlive()
  }

  @Test func aSeedDecidesASampledText() throws {
    let session = try OpenSession()
    func text(_ seed: Int64) throws -> JSONValue? {
      try session.client.ask(
        "context/generate",
        session.params(
          ["maxTokens": 24, "temperature": 1.0, "topP": 0.95, "seed": .integer(seed)], sae: false))[
          "tokens"]
    }
    let first = try text(7)
    #expect(try text(7) == first)
    #expect(try text(8) != first)
    let stopped = try session.client.ask(
      "context/generate",
      session.params(
        [
          "maxTokens": 24, "temperature": 1.0, "topP": 0.95, "seed": 7,
          "stop": [first?.elements[1]["text"] ?? nil],
        ], sae: false))
    #expect((stopped["tokens"]?.elements.count ?? 99) <= 2 || stopped["finish"] == "stop")
  }

  @Test func theTemplateGivesTheReferencesTokens() throws {
    let world = try TinyWorld()
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model, "precision": "float32"])
    let opened = try client.ask(
      "context/open",
      [
        "parts": [
          ["image": ["path": TinyWorld.picture]], ["text": "What is shown in this map?"],
        ]
      ])
    let tokens = try client.ask("context/tokens", ["context": opened["context"] ?? nil])
    #expect(
      tokens["tokens"]?.elements.compactMap { $0["id"]?.integerValue }
        == world.reference["tokens"]?.integers)
  }
}
