import JSON
import JSONRPC
import TestSupport
import Testing

/// What keeps its order across lanes, and what goes on on another lane.
@Suite struct OrderTests {
  @Test func aLookWaitsForTheChangesBeforeItAndNothingElseDoes() throws {
    let peer = try Peer()
    peer.request(1, "test/change")
    peer.request(2, "test/look")
    peer.request(3, "test/look")
    peer.request(4, "test/echo")
    // The free request overtakes both looks.
    #expect(try peer.reply(4)["result"] == .object([:]))
    #expect(peer.handler.state.read { $0.looks } == 0)
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(1)["result"] == "open")
    #expect(try peer.reply(2)["result"] == true)
    #expect(try peer.reply(3)["result"] == true)
  }

  @Test func aChangeWaitsForTheLooksBeforeIt() throws {
    let peer = try Peer()
    peer.request(1, "test/slowLook")
    peer.request(2, "test/quickChange")
    peer.request(3, "test/look")
    #expect(try peer.reply(1)["result"] == 0)
    #expect(try peer.reply(2)["result"] == 1)
    #expect(try peer.reply(3)["result"] != nil)
  }

  @Test func whatIsCancelledWhileItWaitsHoldsUpNobody() throws {
    let peer = try Peer()
    peer.request(1, "test/change")
    peer.request(2, "test/quickChange")
    peer.request(3, "test/look")
    peer.cancel(2)
    #expect(try peer.failureCode(2) == -32800)
    peer.cancel(3)
    #expect(try peer.failureCode(3) == -32800)
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(1)["result"] == "open")
    peer.request(4, "test/look")
    #expect(try peer.reply(4)["result"] == true)
    #expect(peer.handler.state.read { $0.changes } == 0)
  }

  @Test func aRequestGoesOnOnAnotherLane() throws {
    let peer = try Peer()
    peer.request(1, "test/goesOn", #"{"a":1}"#)
    #expect(try peer.reply(1)["result"] == ["a": 1])
    peer.request(2, "test/goesOn", #"{"fails":true}"#)
    #expect(try peer.failureCode(2) == -32803)
    try peer.expectAlive()
  }
}
