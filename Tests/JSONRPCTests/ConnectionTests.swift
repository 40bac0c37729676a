import JSON
import JSONRPC
import Testing

/// Every row of the table of good manners that concerns messages: what is answered, and that the
/// next request still is.
@Suite struct ConnectionTests {
  @Test(arguments: [
    ("{\"jsonrpc\"", -32700), ("", -32700), ("{\"a\":NaN}", -32700), ("{}", -32600),
    ("[]", -32600), (#"[{"jsonrpc":"2.0","id":1,"method":"test/echo"}]"#, -32600),
    (#"{"jsonrpc":"1.0","id":1,"method":"test/echo"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":null,"method":"test/echo"}"#, -32600),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"test/echo"}"#, -32600),
    ("7", -32600), ("\"x\"", -32600),
  ])
  func answersWhatIsNoMessageUnderTheNullId(body: String, code: Int64) throws {
    let peer = try Peer()
    peer.send(body)
    #expect(try peer.failureCode(.null) == code)
    try peer.expectAlive()
  }

  @Test func answersInvalidUTF8AndDeepNesting() throws {
    let peer = try Peer()
    peer.write(Array("Content-Length: 4\r\n\r\n".utf8) + [0x22, 0xFF, 0xFE, 0x22])
    #expect(try peer.failureCode(.null) == -32700)
    peer.send(String(repeating: "[", count: 100_000))
    #expect(try peer.failureCode(.null) == -32700)
    try peer.expectAlive()
  }

  @Test(arguments: [
    "Content-Length: abc\r\n\r\n", "Content-Length: -5\r\n\r\n", "X: 1\r\n\r\n",
    "Content-Length: 99999999999999999999999\r\n\r\n",
    "Content-Type: a/b; charset=utf-16\r\nContent-Length: 4\r\n\r\n{}{}", "Content-Length: 2\n\n{}",
  ])
  func recoversFromBadFrames(frame: String) throws {
    let peer = try Peer()
    peer.write(frame)
    #expect(try peer.failureCode(.null) == -32700)
    try peer.expectAlive()
  }

  @Test func refusesOversizeBodies() throws {
    let peer = try Peer(limits: ConnectionLimits(framing: FramingLimits(body: 1000)))
    peer.send(String(repeating: "x", count: 5000))
    #expect(try peer.failureCode(.null) == -32600)
    try peer.expectAlive()
  }

  @Test func endsWithAnEndlessHeader() throws {
    let peer = try Peer()
    peer.write(String(repeating: "a", count: 5000))
    #expect(try peer.failureCode(.null) == -32700)
    peer.expectExit(1)
  }

  @Test(arguments: ["foo/bar", "$/unknown", "rpc.other", ""])
  func answersUnknownRequests(method: String) throws {
    let peer = try Peer()
    peer.request(1, method)
    #expect(try peer.failureCode(1) == -32601)
    try peer.expectAlive()
  }

  @Test func neverAnswersNotifications() throws {
    let peer = try Peer()
    for method in ["foo/bar", "$/unknown", "initialized", "test/echo"] { peer.notify(method) }
    peer.cancel(77)
    peer.notify("$/cancelRequest", "[1]")
    peer.send(#"{"jsonrpc":"2.0","id":9,"result":null}"#)
    try peer.expectAlive()
    #expect(peer.handler.state.read { $0.notifications } == ["foo/bar", "test/echo"])
  }

  @Test func echoesIdsWithTheirType() throws {
    let peer = try Peer()
    for id in ["\"1\"", "1", "-3", "\"\""] {
      peer.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"test/echo"}"#)
      #expect(try peer.reply(JSONValue(parsing: Array(id.utf8)))["result"] == .object([:]))
    }
  }

  @Test func writesNothingButContentLengthInItsHeaders() throws {
    let peer = try Peer()
    peer.request(1, "test/echo", #"{"b":1,"a":"é/"}"#)
    _ = try peer.reply(1)
    let body = #"{"id":1,"jsonrpc":"2.0","result":{"a":"é/","b":1}}"#
    let text = String(decoding: peer.rawOutput, as: UTF8.self)
    #expect(text.hasSuffix("}Content-Length: \(body.utf8.count)\r\n\r\n\(body)"))
  }

  @Test(arguments: [
    ("[1]", "params: expected object, found array [1]"),
    ("3", "params: expected object, found integer 3"),
    (#"{"count":"x"}"#, "params.count: expected integer, found string \"x\""),
    (
      #"{"count":1,"workDoneToken":{}}"#,
      "params.workDoneToken: expected string or integer, found object"
    ),
    (#"{"count":1,"deadlineMs":0}"#, "params.deadlineMs: expected integer > 0, found integer 0"),
  ])
  func namesTheParamThatIsWrong(params: String, message: String) throws {
    let peer = try Peer()
    peer.request(1, "test/typed", params)
    let error = try #require(try peer.reply(1)["error"])
    #expect(error["code"] == -32602)
    #expect(error["message"] == .string(message))
    #expect(error["data"]?["kind"] == "invalidParams")
    try peer.expectAlive()
  }

  @Test func turnsEveryFailureIntoOneAnswer() throws {
    let peer = try Peer()
    peer.request(1, "test/domain")
    let error = try #require(try peer.reply(1)["error"])
    #expect(error["code"] == -32803)
    #expect(
      error["data"]
        == .object([
          "kind": "imageUnreadable", "message": "no image", "retryable": false,
          "hint": "give a PNG",
        ]))
    peer.request(2, "test/unforeseen")
    #expect(try peer.failureCode(2) == -32603)
    peer.request(3, "test/nan")
    #expect(try peer.failureCode(3) == -32603)
    peer.request(4, "test/twice")
    #expect(try peer.reply(4)["result"] == "first")
    try peer.expectAlive()
  }

  @Test func refusesAnIdThatIsInUse() throws {
    let peer = try Peer()
    peer.request(1, "test/gate")
    peer.request(1, "test/echo")
    #expect(try peer.failureCode(1) == -32600)
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(1)["result"] == "open")
    peer.request(1, "test/echo")
    #expect(try peer.reply(1)["result"] == .object([:]))
  }

  @Test func answersControlRequestsWhileTheEngineWorks() throws {
    let peer = try Peer()
    peer.request(1, "test/gate")
    peer.request(2, "test/engineEcho")
    try peer.expectAlive()
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(1)["result"] == "open")
    #expect(try peer.reply(2)["result"] == .object([:]))
  }

  @Test func refusesMoreThanItCanQueue() throws {
    let peer = try Peer(limits: ConnectionLimits(queuedRequests: 3))
    peer.request(1, "test/gate")
    try peer.expectAlive()  // By now the gate request may still count as waiting.
    while peer.handler.state.read({ $0.running }) < 3 { Thread.sleep(milliseconds: 1) }
    for id in 2...5 { peer.request(id, "test/engineEcho") }
    let refused = try peer.reply(5)
    #expect(refused["error"]?["data"]?["kind"] == "busy")
    #expect(refused["error"]?["data"]?["retryable"] == true)
    peer.handler.state.update { $0.isGateOpen = true }
    for id: Int64 in 1...4 { #expect(try peer.reply(.integer(id))["result"] != nil) }
  }

  @Test func tracesWhereAsked() throws {
    let peer = try Peer()
    peer.notify("$/setTrace", #"{"value":"messages"}"#)
    peer.request(1, "test/echo")
    let received = try peer.next()
    #expect(received["method"] == "$/logTrace")
    #expect(received["params"]?["message"] == "received request 1 test/echo")
    #expect(try peer.next()["params"]?["message"] == "answered request 1 test/echo")
    _ = try peer.reply(1)
    peer.notify("$/setTrace", #"{"value":"off"}"#)
    _ = try peer.next()
    try peer.expectAlive()
  }

  @Test func speaksLinesToAClientThatSpeaksLines() throws {
    let peer = try Peer(initialized: false)
    peer.write(Peer.requestText(0, "initialize") + "\n" + Peer.requestText(1, "test/echo") + "\r\n")
    _ = try peer.reply(0)
    _ = try peer.reply(1)
    peer.write("{bad}\n")
    #expect(try peer.failureCode(.null) == -32700)
    #expect(!String(decoding: peer.rawOutput, as: UTF8.self).contains("Content-Length"))
  }
}
