import JSON
import JSONRPC
import TestSupport
import Testing

@Suite struct CancellationTests {
  @Test func stopsARunningRequest() throws {
    let peer = try Peer()
    peer.request(1, "test/slow")
    #expect(peer.handler.state.wait(seconds: 10) { $0.steps > 0 })
    peer.cancel(1)
    #expect(try peer.failureCode(1) == -32800)
    #expect(peer.handler.state.read { $0.steps } < 100)
    peer.request(2, "test/engineEcho")
    #expect(try peer.reply(2)["result"] == .object([:]))
  }

  @Test func answersAWaitingRequestAtOnce() throws {
    let peer = try Peer()
    peer.request(1, "test/gate")
    peer.request(2, "test/engineEcho")
    peer.cancel(2)
    #expect(try peer.failureCode(2) == -32800)
    peer.handler.state.update { $0.isGateOpen = true }
    #expect(try peer.reply(1)["result"] == "open")
    peer.request(3, "test/engineEcho")
    #expect(try peer.reply(3)["result"] == .object([:]))
  }

  @Test func ignoresUnknownAndFinishedIds() throws {
    let peer = try Peer()
    peer.cancel(1)
    peer.request(1, "test/echo")
    #expect(try peer.reply(1)["result"] == .object([:]))
    peer.cancel(1)
    peer.notify("$/cancelRequest", #"{"id":"1"}"#)
    try peer.expectAlive()
  }

  @Test func stillSendsAResultThatWasFinishedAllTheSame() throws {
    let peer = try Peer()
    peer.request(1, "test/deaf")
    // The first that ran was "initialize".
    #expect(peer.handler.state.wait(seconds: 10) { $0.running == 2 })
    peer.cancel(1)
    #expect(try peer.reply(1)["result"] == "finished all the same")
  }

  /// Cancelled before, while and after they run: each gets one reply, and the order of events does
  /// not matter.
  @Test func answersEachRequestOnce() throws {
    let peer = try Peer()
    var generator = SplitMix(seed: 5)
    var replies: [Int64: Int] = [:]
    for id in 1...1500 {
      peer.request(id, Bool.random(using: &generator) ? "test/engineEcho" : "test/echo")
      if Bool.random(using: &generator) {
        peer.cancel(Int.random(in: max(1, id - 3)...id, using: &generator))
      }
    }
    for _ in 1...1500 {
      let message = try peer.next()
      let id = try #require(message["id"]?.integerValue)
      replies[id, default: 0] += 1
      if message["result"] == nil {
        let code = message["error"]?["code"]
        // More than the engine's queue may hold is refused.
        #expect(code == -32800 || code == -32803)
      }
    }
    #expect(replies.count == 1500)
    peer.expectSilence()
  }

  @Test func failsPastItsDeadline() throws {
    let peer = try Peer()
    peer.request(1, "test/slow", #"{"deadlineMs":60}"#)
    let running = try #require(try peer.reply(1)["error"])
    #expect(running["code"] == -32803)
    #expect(running["data"]?["kind"] == "deadlineExceeded")
    #expect(running["data"]?["retryable"] == true)
    peer.request(2, "test/gate")
    peer.request(3, "test/engineEcho", #"{"deadlineMs":20}"#)
    Thread.sleep(milliseconds: 50)
    peer.handler.state.update { $0.isGateOpen = true }
    _ = try peer.reply(2)
    #expect(try peer.reply(3)["error"]?["data"]?["kind"] == "deadlineExceeded")
  }
}
