import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// A language client's session, message by message.
@Suite struct LanguageServerTests {
  private static let uri: JSONValue = "file:///nowhere/prompt.lucarne"

  /// Everything that a modern editor says it can do.
  private static let abilities: JSONValue = [
    "textDocument": [
      "hover": ["contentFormat": ["markdown"]], "inlayHint": [:], "semanticTokens": [:],
      "codeAction": ["codeActionLiteralSupport": ["codeActionKind": ["valueSet": []]]],
    ],
    "workspace": [
      "applyEdit": true, "workspaceEdit": ["documentChanges": true],
      "inlayHint": ["refreshSupport": true], "semanticTokens": ["refreshSupport": true],
    ],
  ]

  private func client(_ abilities: JSONValue = Self.abilities) throws -> (KernelClient, JSONValue) {
    let client = try KernelClient(options: nil)
    let told = try client.ask(
      "initialize",
      ["processId": nil, "rootUri": nil, "capabilities": abilities, "trace": "off"])
    try client.notify("initialized")
    return (client, told["capabilities"] ?? nil)
  }

  /// A file about the tiny checkpoint, its autoencoder and a picture.
  private func file(_ front: String = "", body: String = "What is shown in this map?") throws
    -> String
  {
    let world = try TinyWorld()
    return """
      ---
      model: \(world.model.stringValue ?? "")
      sae: \(world.autoencoder.stringValue ?? "")
      images:
        map: \(TinyWorld.picture.stringValue ?? "")
      \(front)
      ---
      @user
      ![map]
      \(body)
      @assistant

      """
  }

  private func open(_ client: KernelClient, _ text: String, version: Int64 = 1) throws {
    try client.notify(
      "textDocument/didOpen",
      [
        "textDocument": [
          "uri": Self.uri, "languageId": "lucarne", "version": .integer(version),
          "text": .string(text),
        ]
      ])
  }

  private func change(_ client: KernelClient, _ changes: JSONValue, version: Int64) throws {
    try client.notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": Self.uri, "version": .integer(version)], "contentChanges": changes,
      ])
  }

  private func params(_ others: JSONObject = [:]) -> JSONValue {
    var members = others
    members["textDocument"] = ["uri": Self.uri]
    return .object(members)
  }

  private func position(_ line: Int64, _ character: Int64) -> JSONValue {
    ["line": .integer(line), "character": .integer(character)]
  }

  private func diagnostics(_ client: KernelClient, version: Int64) throws -> [JSONValue] {
    try client.next { message in
      message["method"] == "textDocument/publishDiagnostics"
        && message["params"]?["version"] == .integer(version)
    }.value["params"]?["diagnostics"]?.elements ?? []
  }

  private func request(from client: KernelClient, _ method: JSONValue) throws -> JSONValue {
    let message = try client.next { $0["method"] == method && $0["id"] != nil }.value
    try client.send(["jsonrpc": "2.0", "id": message["id"] ?? nil, "result": nil])
    return message["params"] ?? nil
  }

  // MARK: Tests

  @Test func theLikeliestAnswerIsHeldAgainstAnotherWord() throws {
    let world = try #require(World())
    let picture = world.heldOut + "/park-00.png"
    let question = "What colour is the sign?"
    let client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: world), options: nil)
    try client.ask("initialize", ["processId": nil, "capabilities": Self.abilities])
    try client.notify("initialized")
    // The two likeliest tokens are one word, with a space before it and without.
    let opened = try client.ask(
      "context/open",
      ["parts": [["image": ["path": .string(picture)]], ["text": .string(question)]]])
    let likeliest = try client.ask(
      "context/logits", ["context": opened["context"] ?? nil, "topK": 2])
    let texts = likeliest["items"]?.elements.compactMap { $0["text"]?.stringValue } ?? []
    try #require(texts.count == 2 && texts[1] == " " + texts[0])
    try open(
      client, "---\nimages:\n  sign: \(picture)\n---\n@user\n![sign]\n\(question)\n@assistant\n")
    let told = try client.ask(
      "workspace/executeCommand",
      ["command": "lucarne.attribute", "arguments": [["uri": Self.uri]]])
    #expect(told["answer"] == .string(texts[0]))
    let baseline = try #require(told["baseline"]?.stringValue)
    #expect(baseline.trimmingCharacters(in: .whitespaces) != texts[0], "\(baseline)")
  }

  @Test func onlyALanguageClientIsToldOfIt() throws {
    let (_, told) = try client()
    #expect(told["textDocumentSync"]?["change"] == 1 && told["hoverProvider"] == true)
    #expect(told["attributionProvider"] != nil)
    let (_, plain) = try client([:])
    #expect(plain["hoverProvider"] == nil && plain["attributionProvider"] != nil)
  }

  @Test func whatIsWrongIsPublishedAsOneTypes() throws {
    let (client, _) = try client()
    try open(client, "---\nanswer: x\nnonsense: y\n---\nhello")
    let found = try diagnostics(client, version: 1)
    #expect(found.count == 1 && found[0]["severity"] == 1)
    #expect(found[0]["range"]?["start"] == position(2, 0))
    try change(client, [["text": "---\nanswer: x\n---\nhello"]], version: 2)
    #expect(try diagnostics(client, version: 2).isEmpty)
    // A stretch, counted in UTF-16, of a text with an astral character.
    try change(
      client,
      [
        ["text": "𝒳 ok"],
        ["range": ["start": position(0, 2), "end": position(0, 5)], "text": " ![nix]"],
      ], version: 3)
    let third = try diagnostics(client, version: 3)
    #expect(third.first?["range"]?["start"] == position(0, 3))
    #expect(third.first?["range"]?["end"] == position(0, 9))
    try client.notify("textDocument/didClose", params())
    let cleared = try client.next {
      $0["method"] == "textDocument/publishDiagnostics" && $0["params"]?["version"] == nil
    }
    #expect(cleared.value["params"]?["diagnostics"] == [])
  }

  @Test func hoverTellsTheFeaturesOfAToken() throws {
    let (client, _) = try client()
    try open(client, try file())
    let hover = try client.ask("textDocument/hover", params(["position": position(9, 1)]))
    let text = hover["contents"]?["value"]?.stringValue ?? ""
    #expect(hover["contents"]?["kind"] == "markdown")
    #expect(hover["range"]?["start"]?["line"] == 9)

    // The same as the kernel's own methods say.
    let opened = try client.ask("prompt/open", ["text": .string(try file())])
    let token = try #require(
      opened["tokens"]?.elements.first { $0["range"] == hover["range"] }?["position"]?.integerValue)
    let found = try client.ask(
      "feature/activations",
      [
        "context": opened["context"] ?? nil, "sae": opened["sae"] ?? nil, "topK": 8,
        "region": ["span": ["start": .integer(token), "end": .integer(token + 1)]],
      ])
    let latents =
      found["items"]?.elements.compactMap { $0["feature"]?["index"]?.integerValue } ?? []
    #expect(!latents.isEmpty)
    let listed = text.split(separator: "\n").filter { $0.hasPrefix("- ") }
    #expect(listed.count == latents.count)
    for (line, latent) in zip(listed, latents) { #expect(line.hasPrefix("- **\(latent)** ")) }

    let image = try client.ask("textDocument/hover", params(["position": position(8, 3)]))
    #expect(image["range"]?["end"] == position(8, 6))
    #expect(image["contents"]?["value"]?.stringValue?.contains("tokens") == true)
    let nothing = try client.ask("textDocument/hover", params(["position": position(7, 1)]))
    #expect(nothing == nil)
    let stranger = try client.ask(
      "textDocument/hover",
      ["textDocument": ["uri": "file:///other.lucarne"], "position": position(0, 0)])
    #expect(stranger == nil)
  }

  @Test func hoverTellsOfASteeredLatent() throws {
    let (client, _) = try client([
      "textDocument": ["hover": ["contentFormat": ["plaintext"]]]
    ])
    try open(client, try file("steer:\n  3: 5"))
    let hover = try client.ask("textDocument/hover", params(["position": position(6, 3)]))
    #expect(hover["contents"]?["kind"] == "plaintext")
    let text = hover["contents"]?["value"]?.stringValue ?? ""
    #expect(text.hasPrefix("3 ") && text.contains("raises") && !text.contains("**"))
  }

  @Test func scoresAreHintsAndColours() throws {
    let (client, _) = try client()
    let text = try file("answer: \" a\"\nbaseline: \"b\"")
    try open(client, text)
    let all: JSONValue = ["start": position(0, 0), "end": position(99, 0)]
    let hints = try client.ask("textDocument/inlayHint", params(["range": all])).elements
    #expect(!hints.isEmpty)
    let command = try client.ask(
      "workspace/executeCommand",
      ["command": "lucarne.attribute", "arguments": [["uri": Self.uri]]])
    _ = try request(from: client, "workspace/inlayHint/refresh")
    _ = try request(from: client, "workspace/semanticTokens/refresh")
    #expect(command["answer"] == " a" && command["features"]?.elements.isEmpty == false)

    // The sum over a token's latents is the kernel's own.
    let opened = try client.ask("prompt/open", ["text": .string(text)])
    let scores = try client.ask(
      "attribution/compute",
      [
        "context": opened["context"] ?? nil, "sae": opened["sae"] ?? nil, "method": "heldNorms",
        "verify": 0, "parts": ["method": "none"],
        "target": [
          "kind": "logitDiff", "answer": ["text": " a"], "baseline": ["text": "b"],
        ], "aggregate": "token", "topK": 10_000,
      ])
    let byPosition = Dictionary(
      uniqueKeysWithValues: scores["items"]?.elements.compactMap { item in
        item["position"]?.integerValue.map { ($0, item["score"]?.double ?? 0) }
      } ?? [])
    let expected = (opened["tokens"]?.elements ?? []).map {
      byPosition[$0["position"]?.integerValue ?? -1] ?? 0
    }
    let found =
      command["tokens"]?.elements.filter {
        $0["range"]?["start"]?["line"] != position(9, 0)["line"]
      }
      .compactMap { $0["score"]?.double } ?? []
    expectClose(found, expected, "scores by token")

    let data = try client.ask("textDocument/semanticTokens/full", params())["data"]?.integers ?? []
    #expect(data.count % 5 == 0 && !data.isEmpty)
    let lines = text.components(separatedBy: "\n").map { Int64($0.utf16.count) }
    var (line, character, end): (Int64, Int64, Int64) = (0, 0, 0)
    for start in stride(from: 0, to: data.count, by: 5) {
      if data[start] > 0 { (line, character, end) = (line + data[start], 0, 0) }
      character += data[start + 1]
      #expect(character >= end, "tokens overlap")
      end = character + data[start + 2]
      #expect(end <= lines[Int(line)] && data[start + 3] < 4 && data[start + 4] < 8)
    }
    #expect(stride(from: 3, to: data.count, by: 5).contains { data[$0] >= 2 })
    // Without an answer there is nothing to score, and no model is asked.
    try change(client, [["text": "@user\nhello"]], version: 2)
    let plain = try client.ask("textDocument/semanticTokens/full", params())
    #expect(plain["data"]?.integers == [0, 0, 5, 0, 0])
    #expect(try client.ask("textDocument/inlayHint", params(["range": all])) == [])
  }

  @Test func aClientWithoutHintsGetsDiagnostics() throws {
    let (client, _) = try client(["textDocument": ["hover": [:]]])
    try open(client, try file())
    _ = try client.ask(
      "workspace/executeCommand", ["command": "lucarne.attribute", "arguments": [Self.uri]])
    let published = try client.next { message in
      message["params"]?["diagnostics"]?.elements.contains { $0["severity"] == 4 } == true
    }
    #expect(published.value["params"]?["version"] == 1)
  }

  @Test func actionsAreOffered() throws {
    let (client, _) = try client()
    try open(client, "---\nanswer: x\nsteer:\n  5: 1\n---\nhello")
    func titles(_ context: JSONValue) throws -> [String] {
      try client.ask("textDocument/codeAction", params(["context": context])).elements
        .compactMap { $0["title"]?.stringValue }
    }
    let all = try titles(["diagnostics": []])
    #expect(
      all == ["Generate the answer", "Attribute \"x\"", "Generate the answer with 5 = 1.0"])
    #expect(try titles(["only": ["lucarne"]]) == all)
    #expect(try titles(["only": ["source.organizeImports"]]).isEmpty)
    try change(client, [["text": "---\nnonsense: x\n---\nhello"]], version: 2)
    #expect(try titles([:]).isEmpty)
  }

  @Test func aGeneratedAnswerIsPutIntoTheFile() throws {
    let (client, _) = try client()
    let text = try file()
    try open(client, text)
    let answer = try client.ask(
      "workspace/executeCommand",
      ["command": "lucarne.generate", "arguments": [["uri": Self.uri, "maxTokens": 6]]])
    let opened = try client.ask("prompt/open", ["text": .string(text)])
    let expected = try client.ask(
      "context/generate", ["context": opened["context"] ?? nil, "maxTokens": 6])
    #expect(answer["text"] == expected["text"] && answer["finish"] == expected["finish"])
    let edit = try request(from: client, "workspace/applyEdit")["edit"]?["documentChanges"]?
      .elements
    let first = try #require(edit?.first)
    #expect(first["textDocument"] == ["uri": Self.uri, "version": 1])
    let change = try #require(first["edits"]?.elements.first)
    #expect(change["range"] == ["start": position(10, 10), "end": position(11, 0)])
    let new = try #require(change["newText"]?.stringValue)
    // The file then begins its answer with what was generated.
    let checked = try client.ask(
      "prompt/check", ["text": .string(text.dropLast() + new)])
    let begun = checked["turns"]?.elements.last?["parts"]?.elements.first?["text"]?.stringValue
    let generated = try #require(expected["text"]?.stringValue)
    #expect(begun == generated.trimmingCharacters(in: .newlines))
  }

  @Test func steeringHoldsTheFilesLatents() throws {
    let (client, _) = try client()
    let text = try file("steer:\n  3: 40")
    try open(client, text)
    let answer = try client.ask(
      "workspace/executeCommand",
      ["command": "lucarne.steer", "arguments": [["uri": Self.uri, "maxTokens": 5]]])
    let opened = try client.ask("prompt/open", ["text": .string(text)])
    let sae = opened["sae"] ?? nil
    let expected = try client.ask(
      "steering/generate",
      [
        "context": opened["context"] ?? nil, "sae": sae, "maxTokens": 5,
        "interventions": [
          [
            "op": "clamp", "feature": ["sae": sae, "index": 3], "value": 40.0, "generated": true,
          ]
        ],
      ])
    #expect(answer["text"] == expected["outputs"]?.elements.first?["text"])
    let refusal = try client.refusal(
      "workspace/executeCommand", ["command": "lucarne.fly", "arguments": [Self.uri]])
    #expect(refusal.code == -32602)
    let unknown = try client.refusal(
      "workspace/executeCommand", ["command": "lucarne.generate", "arguments": ["file:///x"]])
    #expect(unknown.kind == "ioError")
  }

  @Test func aChangeEndsWhatWasAskedBefore() throws {
    let (client, _) = try client()
    let text = try file("answer: \" a\"\nbaseline: \"b\"")
    try open(client, text)
    let all: JSONValue = ["start": position(0, 0), "end": position(99, 0)]
    var asked: [Int64] = []
    for version in 2..<12 as Range<Int64> {
      try change(client, [["text": .string(text + "x\(version)")]], version: version)
      asked.append(try client.request("textDocument/inlayHint", params(["range": all])))
      asked.append(try client.request("textDocument/semanticTokens/full", params()))
    }
    for id in asked.dropLast(2) { #expect(try client.refusal(of: id).code == -32801) }
    for id in asked.suffix(2) { _ = try client.result(of: id) }
    // One context is the document's, and none after it was closed.
    #expect(try client.ask("kernel/status")["contexts"]?.elements.count == 1)
    try client.notify("textDocument/didClose", params())
    _ = try client.refusal("context/tokens", ["context": "ctx_0"])
    #expect(try client.ask("kernel/status")["contexts"]?.elements.isEmpty == true)
    try client.shutDown()
  }

  @Test func aClientMayCancel() throws {
    let (client, _) = try client()
    try open(client, try file("answer: \" a\""))
    try change(client, [["text": .string(try file("answer: \" a\""))]], version: 2)
    let all: JSONValue = ["start": position(0, 0), "end": position(99, 0)]
    let id = try client.request("textDocument/inlayHint", params(["range": all]))
    try client.cancel(id)
    #expect(try client.refusal(of: id).code == -32800)
    try client.expectAlive()
  }

  @Test func oddMessagesDoNoHarm() throws {
    let (client, _) = try client()
    for params: JSONValue in [
      [:], ["textDocument": 5], ["textDocument": ["uri": 5]], ["textDocument": ["uri": "x"]],
      ["textDocument": ["uri": "untitled:1", "text": 7]], ["contentChanges": [[:]]],
      ["textDocument": ["uri": Self.uri], "contentChanges": [["range": 5, "text": "x"], 7]],
    ] {
      for method in ["didOpen", "didChange", "didSave", "didClose", "didFly"] {
        try client.notify("textDocument/\(method)", params)
      }
      for method in ["hover", "inlayHint", "semanticTokens/full", "codeAction", "definition"] {
        _ = try client.reply(to: client.request("textDocument/\(method)", params))
      }
      _ = try client.reply(to: client.request("workspace/executeCommand", params))
    }
    try open(client, "short")
    try change(
      client,
      [
        [
          "range": ["start": position(9_999_999, 5), "end": position(0, 0)],
          "text": "\u{0}",
        ],
        ["range": ["start": position(0, 999), "end": position(0, 1000)], "text": "é"],
      ], version: 2)
    _ = try client.reply(
      to: client.request("textDocument/hover", params(["position": position(8, 8)])))
    try client.expectAlive()
  }
}
