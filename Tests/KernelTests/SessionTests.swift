import Foundation
import JSON
import Testing

/// What is open, saved as a file and opened again.
@Suite struct SessionTests {
  @Test func aSessionOpensAgainInAnotherKernel() throws {
    let session = try OpenSession()
    try session.client.ask(
      "context/generate", session.params(["maxTokens": 3, "append": true], sae: false))
    let question = session.params(["topK": 20], sae: false)
    let before = try session.client.ask("context/logits", question)["items"]
    let path = Self.newPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let entries: JSONValue = [["text": "words"], 1.5, nil]
    let saved = try session.client.ask("session/save", ["path": .string(path), "entries": entries])
    #expect(saved["contexts"] == .array([session.context]))

    let other = try Self.kernel(session.world)
    let opened = try other.ask("session/open", ["path": .string(path)])
    #expect(opened["entries"] == entries && opened["warnings"] == [])
    let context = try #require(opened["contexts"]?.elements.first)
    #expect(context["sameTokens"] == true && context["version"] == 2)
    let after = try other.ask(
      "context/logits", ["context": context["context"] ?? nil, "topK": 20])["items"]
    #expect(after == before)
  }

  @Test func anotherModelIsRefusedUnlessItIsWanted() throws {
    let session = try OpenSession()
    let saved: JSONValue = try session.client.ask("session/save")["session"] ?? nil
    let other = try Self.kernel(try TinyWorld("mistral"))
    let refusal = try other.refusal("session/open", ["session": saved])
    #expect(refusal.kind == "modelNotLoaded")
    let digest = saved["models"]?.elements.first?["digest"]?.stringValue
    #expect(refusal.message.contains(try #require(digest)))
    let opened = try other.ask("session/open", ["session": saved, "anyModel": true])
    #expect(opened["contexts"]?.elements.count == 1)
    #expect(opened["warnings"]?.elements.isEmpty == false)
  }

  @Test func nothingStaysOpenOfASessionThatCannotBeOpenedWhole() throws {
    let session = try OpenSession()
    try session.client.ask(
      "context/open", ["parts": [["text": "words"]], "chat": ["template": "none"]])
    var saved = try #require(try session.client.ask("session/save")["session"]?.objectValue)
    let contexts = saved["contexts"]?.elements ?? []
    var last = try #require(contexts.last?.objectValue)
    last["appended"] = [[1_000_000]]
    last["tokenCount"] = 50
    saved["contexts"] = .array(contexts.dropLast() + [.object(last)])
    let refusal = try session.client.refusal("session/open", ["session": .object(saved)])
    #expect(refusal.kind == "unsupportedTarget" && refusal.message.contains("1000000"))
    let status = try session.client.ask("kernel/status")
    #expect(status["contexts"]?.elements.count == 2)
  }

  @Test func aFileThatIsNoSessionIsNotReplaced() throws {
    let session = try OpenSession()
    let path = Self.newPath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    let refusal = try session.client.refusal("session/save", ["path": .string(path)])
    #expect(refusal.kind == "pathDenied")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
  }

  private static func newPath() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("session-\(UInt64.random(in: 0 ... .max)).json").path
  }

  private static func kernel(_ world: TinyWorld) throws -> KernelClient {
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model, "precision": "float32"])
    try client.ask("sae/load", ["path": world.autoencoder])
    return client
  }
}
