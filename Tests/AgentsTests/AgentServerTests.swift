import Agents
import JSON
import JSONRPC
import Testing

/// The protocol's two eras, its framing and its calls, before a kernel without a model.
@Suite struct AgentServerTests {
  private let kernel = ScriptedKernel()

  private static func meta(_ revision: String = "2026-07-28") -> JSONValue {
    [
      "io.modelcontextprotocol/protocolVersion": .string(revision),
      "io.modelcontextprotocol/clientCapabilities": [:],
    ]
  }

  // MARK: Eras

  @Test(arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
  func speaksEveryRevisionThatBeginsWithAHandshake(revision: String) throws {
    let client = try AgentClient(before: kernel)
    let hello = try client.shakeHands(revision)
    #expect(hello["protocolVersion"] == .string(revision))
    #expect(hello["serverInfo"]?["name"] == "lucarne")
    #expect(hello["capabilities"]?["tools"] != nil)
    #expect(try client.ask("ping") == [:])
    let tools = try client.ask("tools/list")
    #expect(tools["tools"]?.arrayValue?.count == 15)
    #expect(tools["resultType"] == nil && tools["ttlMs"] == nil)
    #expect(client.leave() == 0)
  }

  @Test func answersAnUnknownHandshakeWithTheNewestRevision() throws {
    let client = try AgentClient(before: kernel)
    #expect(try client.shakeHands("1999-01-01")["protocolVersion"] == "2025-11-25")
  }

  @Test func needsNoHandshakeWhereEveryRequestSaysItsRevision() throws {
    let client = try AgentClient(before: kernel)
    let found = try client.ask("server/discover", ["_meta": Self.meta()])
    #expect(found["supportedVersions"]?.arrayValue?.contains("2026-07-28") == true)
    #expect(found["resultType"] == "complete" && found["ttlMs"]?.integerValue != nil)
    let status = try client.ask(
      "tools/call", ["_meta": Self.meta(), "name": "kernel_status", "arguments": [:]])
    #expect(status["resultType"] == "complete")
    #expect(status["structuredContent"]?["health"] == "ok")
    #expect(
      status["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == "lucarne")
  }

  @Test func speaksBothErasSideBySide() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands()
    #expect(try client.ask("tools/list", ["_meta": Self.meta()])["resultType"] == "complete")
    #expect(try client.ask("tools/list")["resultType"] == nil)
  }

  @Test func refusesWhatSaysNoRevision() throws {
    let client = try AgentClient(before: kernel)
    try client.request(1, "tools/list")
    #expect(try client.next()["error"]?["code"] == -32602)
    try client.request(2, "tools/list", ["_meta": Self.meta("2031-01-01")])
    let error = try client.next()["error"]
    #expect(error?["code"] == -32022)
    #expect(error?["data"]?["requested"] == "2031-01-01")
    #expect(error?["data"]?["supported"]?.arrayValue?.contains("2026-07-28") == true)
  }

  // MARK: Framing

  @Test func goesOnBehindGarbage() throws {
    let client = try AgentClient(before: kernel)
    // A client that frames by headers gets errors, and not a server that waits for a body.
    client.write("Content-Length: 2\r\n\r\nhello\n\n   \n{\"jsonrpc\":\n[]\n\u{0}\n")
    client.write([0xFF, 0xFE, 0x0A])
    for code in [-32700, -32700, -32700, -32600, -32700, -32700] as [Int64] {
      let message = try client.next()
      #expect(message["error"]?["code"] == .integer(code) && message["id"] == .null, "\(message)")
    }
    #expect(try client.shakeHands()["serverInfo"] != nil)
  }

  /// JSON-RPC 2.0, section 6, as revision 2025-03-26 takes it over.
  @Test func answersABatchTogetherWhereTheRevisionHasBatches() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands("2025-03-26")
    let call: JSONValue = ["name": "kernel_status", "arguments": [:]]
    func request(_ id: JSONValue, _ method: String, _ params: JSONValue = [:]) -> JSONValue {
      ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params]
    }
    try client.send([
      request(1, "ping"), ["jsonrpc": "2.0", "method": "notifications/progress"],
      request("two", "tools/call", call), request(3, "no/such"), 7,
      request(4, "initialize"), request(5, "ping"), request(5, "ping"),
    ])
    let answers = try #require(try client.next().arrayValue)
    func codes(_ id: JSONValue) -> [JSONValue] {
      answers.filter { $0["id"] == id }.map { $0["error"]?["code"] ?? .null }
    }
    #expect(codes(1) == [.null] && codes("two") == [.null])
    #expect(codes(3) == [-32601] && codes(.null) == [-32600] && codes(4) == [-32600])
    #expect(codes(5) == [-32600, -32600])
    #expect(answers.count == 7)
    let status = answers.first { $0["id"] == "two" }
    #expect(status?["result"]?["structuredContent"]?["health"] == "ok")
    // Of notifications alone there is no answer, and the session goes on.
    try client.send([["jsonrpc": "2.0", "method": "notifications/progress"]])
    #expect(try client.ask("ping") == [:])
    try client.send([])
    #expect(try client.next()["error"]?["code"] == -32600)
    try client.send(.array(Array(repeating: request(9, "ping"), count: 10_000)))
    let refused = try client.next()["error"]
    #expect(refused?["message"]?.stringValue?.contains("10000 messages") == true)
  }

  @Test(arguments: ["2024-11-05", "2025-06-18", "2025-11-25"])
  func refusesBatchesInOtherRevisions(revision: String) throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands(revision)
    try client.send([["jsonrpc": "2.0", "id": 1, "method": "ping"]])
    let error = try client.next()["error"]
    #expect(error?["code"] == -32600)
    let words = error?["message"]?.stringValue ?? ""
    #expect(words.contains("2025-03-26") && words.contains(revision), "\(words)")
    #expect(try client.ask("ping") == [:])
  }

  @Test func skipsALineThatIsTooLong() throws {
    let client = try AgentClient(
      before: kernel, options: AgentOptions(version: "0", messageBytes: 1 << 16))
    let text = String(repeating: "x", count: 1 << 20)
    client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(text)\"}\n")
    #expect(try client.next()["error"]?["code"] == -32600)
    #expect(try client.ask("ping") == [:])
  }

  @Test func survivesDeepNestingAndStrangeMembers() throws {
    let client = try AgentClient(before: kernel)
    client.write(String(repeating: "[", count: 100_000) + "\n")
    #expect(try client.next()["error"]?["code"] == -32700)
    for params in ["[1]", "3", "\"x\""] {
      client.write(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":\(params)}\n")
      #expect(try client.next()["error"]?["code"] == -32602)
    }
    try client.shakeHands()
    try client.request(2, "tools/call", ["name": 7, "arguments": []])
    #expect(try client.next()["error"]?["code"] == -32602)
    let called = try client.call("kernel_status", ["unknown": 1])
    #expect(called["isError"] == true)
    try client.request(3, "resources/read", ["uri": "interp://feature/sae/-1"])
    #expect(try client.next()["error"]?["code"] == -32002)
    try client.request(4, "no/such")
    #expect(try client.next()["error"]?["code"] == -32601)
  }

  @Test func answersALastLineWithoutItsEndAndLeavesWithTheInput() throws {
    let client = try AgentClient(before: kernel)
    client.write("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}")
    #expect(client.leave() == 0)
    #expect(try client.next()["id"] == 1)
  }

  // MARK: Calls

  @Test func neverAnswersWhatWasCancelled() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands()
    let slow: JSONValue = ["name": "context_tokens", "arguments": ["context_id": "ctx_slow"]]
    try client.request(1, "tools/call", slow)
    try client.request(2, "tools/call", slow)
    try client.request(1, "ping")
    #expect(try client.next()["error"]?["code"] == -32600)
    Thread.sleep(milliseconds: 100)
    for id in [1, 2, 99] as [JSONValue] {
      try client.notify("notifications/cancelled", ["requestId": id, "reason": "enough"])
    }
    #expect(kernel.stopped.wait(seconds: 10) { $0 >= 1 })
    #expect(try client.ask("ping") == [:])
    Thread.sleep(milliseconds: 200)
    try client.request(1, "ping")
    #expect(try client.next() == ["jsonrpc": "2.0", "id": 1, "result": [:]])
  }

  @Test func tellsProgressThatOnlyRisesBeforeTheAnswer() throws {
    let client = try AgentClient(
      before: kernel, options: AgentOptions(version: "0", patience: 1.5))
    try client.shakeHands()
    try client.request(
      1, "tools/call",
      [
        "name": "context_tokens", "arguments": ["context_id": "ctx_slow"],
        "_meta": ["progressToken": "p"],
      ])
    var last = -1.0
    var reports = 0
    while true {
      let message = try client.next()
      if message["id"] == 1 { break }
      #expect(message["method"] == "notifications/progress")
      #expect(message["params"]?["progressToken"] == "p")
      let progress = try #require(message["params"]?["progress"]?.numberValue)
      #expect(progress > last)
      last = progress
      reports += 1
    }
    #expect(reports > 2)
    #expect(throws: AgentClient.Silence.self) { try client.next(seconds: 0.5) }
  }

  @Test func turnsALongCallIntoAJob() throws {
    let client = try AgentClient(
      before: kernel, options: AgentOptions(version: "0", patience: 0.2))
    try client.shakeHands()
    let promise = try client.call("context_tokens", ["context_id": "ctx_slow"])
    #expect(promise["structuredContent"]?["state"] == "running")
    let job = try #require(promise["structuredContent"]?["job_id"])
    let running = try client.call("job_get", ["job_id": job, "wait_seconds": 0])
    #expect(running["structuredContent"]?["state"] == "running")
    let ended = try client.call("job_cancel", ["job_id": job])
    #expect(ended["structuredContent"]?["state"] == "cancelled")
    #expect(kernel.stopped.wait(seconds: 10) { $0 == 1 })
    let after = try client.call("job_get", ["job_id": job])
    #expect(after["structuredContent"]?["state"] == "cancelled")
  }

  @Test func boundsTheCallsThatAreOpen() throws {
    let client = try AgentClient(
      before: kernel, options: AgentOptions(version: "0", patience: 30, openCalls: 2))
    try client.shakeHands()
    for id in 1...3 as ClosedRange<Int64> {
      try client.request(
        .integer(id), "tools/call",
        ["name": "context_tokens", "arguments": ["context_id": "ctx_slow"]])
    }
    let refused = try client.next()
    #expect(refused["id"] == 3 && refused["result"]?["isError"] == true)
    #expect(client.leave() == 0)
  }

  /// One character may have any number of combining marks.
  @Test func keepsFailuresShortWhateverTheyQuote() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands()
    let long = "e" + String(repeating: "\u{301}", count: 100_000)
    let arguments: [JSONObject] = [
      ["context_id": .string(long)], ["context_id": "ctx_1", "count": .string(long)], [long: 1],
      ["context_id": [.string(long)]],
    ]
    for value in arguments {
      let failed = try client.call("context_tokens", .object(value))
      let text = failed["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
      #expect(failed["isError"] == true && text.utf8.count <= 2048 && text.contains("Next: "))
    }
    try client.request(1, "tools/call", ["name": .string(long)])
    #expect(try client.next()["error"]?["message"]?.stringValue?.utf8.count ?? 0 < 300)
  }

  @Test func tellsInPlainWordsWhichArgumentIsWrong() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands()
    let cases: [(tool: String, arguments: JSONValue, words: String)] = [
      ("ablate", ["answer": "Yes", "features": [1]], "\"context_id\" is missing"),
      (
        "attribute", ["context_id": "c", "answr": "Yes"],
        "\"answer\" is missing, and \"answr\" is no argument of attribute"
      ),
      (
        "ablate", ["context_id": "c", "answer": "Yes", "features": []],
        "\"features\": expected 1 to 100 elements, found 0"
      ),
      (
        "ablate", ["context_id": "c", "answer": "Yes", "features": ["x"]],
        "\"features[0]\": expected a whole number, found the text \"x\""
      ),
      (
        "attribute", ["context_id": "c", "answer": 3], "\"answer\": expected a text, found 3"
      ),
      (
        "attribute", ["context_id": "c", "answer": "Yes", "verify": 99],
        "\"verify\": expected at most 20, found 99"
      ),
      (
        "attribute", ["context_id": "c", "answer": "Yes", "method": "guess"],
        "\"method\": expected one of \"gradient\""
      ),
    ]
    for (tool, arguments, words) in cases {
      let failed = try client.call(tool, arguments)
      let text = failed["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
      #expect(failed["isError"] == true && text.contains(words), "\(text)")
    }
  }

  @Test func tellsAFailureOfTheDomainToTheAgent() throws {
    let client = try AgentClient(before: kernel)
    try client.shakeHands()
    let failed = try client.call("context_tokens", ["context_id": "ctx_7"])
    #expect(failed["isError"] == true && failed["structuredContent"] == nil)
    let text = failed["content"]?.arrayValue?.first?["text"]?.stringValue ?? ""
    #expect(
      text.contains("contextNotFound") && text.contains("Next: ") && text.contains("context_open"))
    let missing = try client.call("context_tokens")
    #expect(missing["isError"] == true)
    let works = try client.call("context_tokens", ["context_id": "ctx_1", "from": .null])
    #expect(works["structuredContent"]?["total"] == 1)
  }
}
