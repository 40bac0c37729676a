import JSON
import JSONRPC
import TestSupport
import Testing

/// Messages that cannot be read, answered under the id that they have.
@Suite struct UnreadableMessageTests {
  @Test(arguments: [
    (
      #"{"jsonrpc":"2.0","id":7,"method":"test/echo","params":{"t":"\ud800"}}"#,
      JSONValue.integer(7)
    ),
    (
      #"{"params":{"id":1,"x":["\udc00",{"id":2}]},"method":"a","id":"b\"c","jsonrpc":"2.0"}"#,
      "b\"c"
    ),
    (#"{"jsonrpc":"2.0","method":"a","params":{"id":9,"t":"\ud800"}}"#, .null),
    (#"{"id":{"a":1},"t":"\ud800"}"#, .null), (#"{"id":1.5,"t":"\ud800"}"#, .null),
    (#"{"id":"\ud800"}"#, .null), (#"{"id":4,"#, 4), (#"["id",1"#, .null), (#"{"id""#, .null),
    (#"{"id":12"#, .null),
  ])
  func areAnsweredUnderTheirID(body: String, id: JSONValue) throws {
    let peer = try Peer()
    peer.send(body)
    let reply = try peer.reply(id)
    #expect(reply["error"]?["code"] == -32700)
    try peer.expectAlive()
  }

  @Test func tooLongOnesAreAnsweredUnderTheirIDInBothFramings() throws {
    var limits = ConnectionLimits()
    limits.framing.body = 10_000
    let peer = try Peer(limits: limits)
    let filler = String(repeating: "x", count: 20_000)
    peer.send(#"{"jsonrpc":"2.0","id":"long","method":"test/echo","params":{"t":"\#(filler)"}}"#)
    #expect(try peer.failureCode("long") == -32600)
    // Behind the part that is looked through.
    peer.send(#"{"jsonrpc":"2.0","method":"test/echo","params":{"t":"\#(filler)"},"id":3}"#)
    #expect(try peer.failureCode(.null) == -32600)
    // One that is open is answered by its own answer alone.
    peer.request(5, "test/gate")
    peer.send(#"{"jsonrpc":"2.0","id":5,"method":"test/echo","params":{"t":"\#(filler)"}}"#)
    #expect(try peer.failureCode(.null) == -32600)
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(5)["result"] == "open")

    var parser = FrameParser(limits: limits.framing, framing: .lines)
    let line = Array((#"{"id":8,"t":""# + filler + "\"}\n{}\n").utf8)
    for size in [1, 4096, line.count] {
      var events: [FrameEvent] = []
      for start in stride(from: 0, to: line.count, by: size) {
        events += parser.push(line[start..<min(line.count, start + size)])
      }
      guard case .oversized(_, let beginning) = events.first else {
        Issue.record("\(events)")
        continue
      }
      #expect(beginning == Array(line.prefix(4096)))
      #expect(events.dropFirst() == [.body(Array("{}".utf8))])
    }
  }
}
