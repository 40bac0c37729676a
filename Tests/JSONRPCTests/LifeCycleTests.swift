import Glibc
import JSON
import JSONRPC
import Testing

@Suite struct LifeCycleTests {
  @Test func refusesRequestsBeforeInitialize() throws {
    let peer = try Peer(initialized: false)
    peer.notify("foo/bar")
    peer.request(1, "test/echo")
    #expect(try peer.failureCode(1) == -32002)
    peer.request(2, "shutdown")
    #expect(try peer.failureCode(2) == -32002)
    peer.request(3, "initialize", "null")
    #expect(try peer.reply(3)["result"] != nil)
    try peer.expectAlive()
    #expect(peer.handler.state.read { $0.notifications }.isEmpty)
  }

  @Test func initializesOnce() throws {
    let peer = try Peer()
    peer.request(1, "initialize")
    #expect(try peer.failureCode(1) == -32600)
    try peer.expectAlive()
  }

  @Test func initializesAgainAfterAFailure() throws {
    let peer = try Peer(initialized: false)
    peer.handler.state.update { $0.failsInitialize = true }
    peer.request(1, "initialize")
    #expect(try peer.failureCode(1) == -32603)
    peer.handler.state.update { $0.failsInitialize = false }
    peer.request(2, "initialize")
    #expect(try peer.reply(2)["result"] != nil)
  }

  @Test(arguments: ["{}", "[]", "null"])
  func leavesWithZeroAfterShutdown(params: String) throws {
    let peer = try Peer()
    peer.request(1, "shutdown", params)
    #expect(try peer.reply(1)["result"] == .null)
    peer.request(2, "test/echo")
    #expect(try peer.failureCode(2) == -32600)
    peer.request(3, "shutdown")
    #expect(try peer.failureCode(3) == -32600)
    peer.notify("exit")
    peer.expectExit(0)
  }

  @Test func leavesWithOneWithoutShutdown() throws {
    let exiting = try Peer()
    exiting.notify("exit")
    exiting.expectExit(1)
    let early = try Peer(initialized: false)
    early.notify("exit")
    early.expectExit(1)
    let ending = try Peer()
    ending.closeInput()
    ending.expectExit(1)
    let truncated = try Peer()
    truncated.write("Content-Length: 100\r\n\r\n{")
    truncated.closeInput()
    truncated.expectExit(1)
  }

  @Test func leavesWithZeroWhenInputEndsAfterShutdown() throws {
    let peer = try Peer()
    peer.request(1, "shutdown")
    _ = try peer.reply(1)
    peer.closeInput()
    peer.expectExit(0)
  }

  @Test func answersOpenRequestsBeforeShutdown() throws {
    let peer = try Peer()
    peer.request(1, "test/slow")
    peer.request(2, "test/engineEcho")
    peer.request(3, "shutdown")
    var ids: [JSONValue] = []
    for _ in 0..<3 {
      let message = try peer.next()
      ids.append(message["id"] ?? .null)
      if message["id"] != 3 { #expect(message["error"]?["code"] == -32800) }
    }
    #expect(ids.last == 3)
    #expect(Set(ids.compactMap(\.integerValue)) == [1, 2, 3])
    peer.notify("exit")
    peer.expectExit(0)
  }

  @Test func leavesInTimeThoughARequestDoesNotStop() throws {
    let peer = try Peer()
    peer.request(1, "test/gate")
    peer.request(2, "shutdown")
    peer.notify("exit")
    peer.expectExit(0, seconds: 2.9)
    peer.handler.state.update { $0.isGateOpen = true }
  }

  /// `printf '…' | lucarne serve`: everything asked at once is answered before the end.
  @Test(arguments: [true, false])
  func finishesAScriptOfLines(withShutdown: Bool) throws {
    let peer = try Peer(initialized: false)
    var lines = [
      Peer.requestText(0, "initialize"), Peer.requestText(1, "test/slow"),
      Peer.requestText(2, "test/engineEcho"),
    ]
    if withShutdown {
      lines += [Peer.requestText(3, "shutdown"), #"{"jsonrpc":"2.0","method":"exit"}"#]
    }
    peer.write(lines.joined(separator: "\n"))
    peer.closeInput()
    #expect(try peer.reply(0)["result"] != nil)
    #expect(try peer.reply(1)["result"] == "done")
    #expect(try peer.reply(2)["result"] == .object([:]))
    if withShutdown { #expect(try peer.reply(3)["result"] == .null) }
    peer.expectExit(withShutdown ? 0 : 1)
  }

  @Test func leavesWhenItsClientsProcessEnds() throws {
    let child = Child()
    let peer = try Peer(initialized: false)
    peer.request(0, "initialize", #"{"processId":\#(child.process)}"#)
    _ = try peer.reply(0)
    try peer.expectAlive()
    child.end()
    peer.expectExit(1, seconds: 3)
  }

  @Test func staysWithoutAProcessToWatch() throws {
    let peer = try Peer(initialized: false)
    peer.request(0, "initialize", #"{"processId":null}"#)
    _ = try peer.reply(0)
    Thread.sleep(milliseconds: 1200)
    try peer.expectAlive()
  }

  @Test func stopsWhenAskedFromOutside() throws {
    let peer = try Peer()
    peer.request(1, "test/slow")
    while peer.handler.state.read({ $0.running }) < 2 { Thread.sleep(milliseconds: 1) }
    peer.connection.stop()
    #expect(try peer.failureCode(1) == -32800)
    peer.expectExit(0)
  }
}

/// A process to watch.
private struct Child {
  let process: pid_t

  /// Starts `/bin/sleep 60`.
  init() {
    var process = pid_t()
    let name = unsafe strdup("sleep")
    let seconds = unsafe strdup("60")
    let status = unsafe posix_spawn(&process, "/bin/sleep", nil, nil, [name, seconds, nil], nil)
    unsafe free(name)
    unsafe free(seconds)
    #expect(status == 0)
    self.process = process
  }

  func end() {
    kill(process, SIGKILL)
    var status: Int32 = 0
    unsafe waitpid(process, &status, 0)
  }
}
