import JSON
import JSONRPC
import Testing

/// The table of Tests/README.md: what every bad input gets, and that the kernel lives on.
@Suite struct BadInputTests {
  private static let tables: [(String, [BadInput])] = [
    ("paths", BadInput.paths), ("weights", BadInput.weightFiles),
    ("configuration", BadInput.configurations), ("SAE", BadInput.autoencoders),
    ("pictures", BadInput.pictures), ("prompts", BadInput.prompts),
    ("contexts", BadInput.contexts), ("features", BadInput.features),
  ]

  @Test(arguments: tables.map(\.0))
  func everyBadInputGetsItsErrorAndTheKernelLives(_ table: String) throws {
    let scene = try BadInputScene()
    let question = scene.session.params(["topK": 5], sae: false)
    let sound = try scene.client.ask("context/logits", question)
    for row in Self.tables.first(where: { $0.0 == table })?.1 ?? [] {
      do {
        let outcome = try scene.outcome(of: row.message(scene))
        #expect(outcome.name == row.expected, "\(row.name): \(outcome.words)")
        // No value is shown as Swift or Foundation would dump it.
        #expect(
          !outcome.words.contains(#/[A-Za-z]\w*\([a-z]\w*: |Optional\(|Error Domain=/#),
          "\(row.name): \(outcome.words)")
        #expect(outcome.words.count < 1000, "\(row.name): \(outcome.words.count) characters")
        print("| \(row.name) | \(outcome.name) | \(outcome.words) |")
        #expect(try scene.client.ask("context/logits", question) == sound, "\(row.name)")
      } catch {
        Issue.record(error, "\(row.name)")
      }
    }
    try scene.client.shutDown()
  }

  @Test func aTextThatIsNotOneTokenIsAnsweredWithItsSplit() throws {
    let scene = try BadInputScene()
    let refusal = try scene.client.refusal(
      "attribution/compute",
      scene.session.params([
        "target": ["kind": "logit", "token": ["text": "house and tree"]], "method": "gradient",
      ]))
    let split = refusal.data?["tokens"]?.elements.compactMap(\.stringValue) ?? []
    #expect(split.count > 1 && split.joined() == "house and tree", "\(split)")
  }

  @Test func aThousandContextsAreHeldAndTheNextAreRefusedClearly() throws {
    let session = try OpenSession()
    let client = session.client
    let status = try client.ask("rpc.discover")["info"]
    #expect(status != nil)
    var refusals: [String] = []
    let ids = try (0..<1030).map { number in
      try client.request(
        "context/open",
        ["parts": [["text": .string("house \(number)")]], "chat": ["template": "none"]])
    }
    var opened: [JSONValue] = []
    for id in ids {
      do {
        opened.append(try client.result(of: id)["context"] ?? nil)
      } catch let refusal as KernelClient.Refusal {
        refusals.append(refusal.kind ?? "")
      }
    }
    // One was open before; 1,024 is the limit that `initialize` tells. The queue holds as many.
    #expect(opened.count >= 1000, "\(opened.count)")
    #expect(Set(refusals) == ["busy"], "\(Set(refusals))")
    let fresh: JSONValue = ["parts": [["text": "one more"]], "chat": ["template": "none"]]
    while opened.count < 1023 {
      opened.append(try client.ask("context/open", fresh)["context"] ?? nil)
    }
    let refusal = try client.refusal("context/open", fresh)
    #expect(refusal.kind == "busy" && refusal.message.contains("1024"), "\(refusal)")
    try client.ask("context/logits", ["context": opened[500], "topK": 1])
    try client.ask("context/close", ["context": opened[500]])
    try client.ask("context/open", fresh)
    #expect(try client.ask("kernel/status")["contexts"]?.elements.count == 1024)
    try client.shutDown()
  }
}
