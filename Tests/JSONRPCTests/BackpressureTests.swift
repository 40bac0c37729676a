import JSON
import JSONRPC
import Testing

@Suite struct BackpressureTests {
  /// A client that writes 8,000 requests before it reads anything. Each answer is larger than what
  /// is left of the pipe; whoever waits for the client here waits for ever.
  @Test(.timeLimit(.minutes(1)))
  func keepsReadingThoughTheClientDoesNot() throws {
    let peer = try Peer()
    let padding = String(repeating: "x", count: 200)
    for id in 1...8000 { peer.request(id, "test/echo", #"{"padding":"\#(padding)"}"#) }
    var ids: Set<Int64> = []
    for _ in 1...8000 {
      let message = try peer.next()
      #expect(message["result"] != nil)
      ids.insert(message["id"]?.integerValue ?? -1)
    }
    #expect(ids == Set(1...8000))
  }

  @Test func givesUpOnAClientThatNeverReads() throws {
    let peer = try Peer(limits: ConnectionLimits(unreadOutput: 4 << 20))
    for id in 1...20 { peer.request(id, "test/big") }
    peer.expectExit(1, seconds: 10)
  }

  @Test func leavesWhenTheClientStopsReadingForGood() throws {
    var peer: Peer? = try Peer()
    let handler = try #require(peer?.handler)
    peer?.request(1, "test/slow", #"{"workDoneToken":1}"#)
    while handler.state.read({ $0.running }) < 2 { Thread.sleep(milliseconds: 1) }
    peer = nil  // Closes both pipes.
    let ended = handler.state.wait(seconds: 10) { $0.finished == 2 }
    #expect(ended)
  }
}
