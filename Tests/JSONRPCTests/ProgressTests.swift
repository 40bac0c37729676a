import JSON
import JSONRPC
import Testing

@Suite struct ProgressTests {
  @Test func beginsRisesAndEndsBeforeTheReply() throws {
    let peer = try Peer()
    peer.request(1, "test/slow", #"{"workDoneToken":"w"}"#)
    var values: [JSONValue] = []
    while true {
      let message = try peer.next()
      if message["id"] == 1 {
        #expect(message["result"] == "done")
        break
      }
      #expect(message["method"] == "$/progress")
      #expect(message["params"]?["token"] == "w")
      values.append(message["params"]?["value"] ?? .null)
    }
    let kinds = values.map { $0["kind"]?.stringValue ?? "" }
    #expect(kinds.first == "begin" && kinds.last == "end")
    #expect(kinds.dropFirst().dropLast().allSatisfy { $0 == "report" })
    #expect(values.first?["title"] == "slow")
    let shares = values.compactMap { $0["percentage"]?.integerValue }
    #expect(shares == shares.sorted())
    peer.expectSilence()
  }

  @Test func isDueAfterTheQuietTimeAndThenTenTimesASecond() {
    let start = ContinuousClock.now
    var pace = NotificationPace(start: start)
    // A request of two seconds that reports each millisecond, on a clock of the test's own.
    let sent = (0..<2000).filter { millisecond in
      let now = start + .milliseconds(millisecond)
      guard pace.isDue(at: now) else { return false }
      pace.send(at: now)
      return true
    }
    #expect(sent == Array(stride(from: 300, to: 2000, by: 100)))
  }

  @Test func staysSilentWithoutATokenOrForAShortTime() throws {
    let peer = try Peer()
    peer.request(1, "test/engineEcho", #"{"workDoneToken":"w","partialResultToken":"p"}"#)
    #expect(try peer.reply(1)["result"] != nil)
    peer.request(2, "test/slow")
    #expect(try peer.reply(2)["result"] == "done")
  }

  @Test func endsProgressOfACancelledRequest() throws {
    let peer = try Peer()
    peer.request(1, "test/slow", #"{"workDoneToken":7}"#)
    #expect(try peer.next()["params"]?["value"]?["kind"] == "begin")
    peer.cancel(1)
    var last = try peer.next()
    while last["id"] == nil, last["params"]?["value"]?["kind"] == "report" {
      last = try peer.next()
    }
    #expect(last["params"]?["value"]?["kind"] == "end")
    #expect(last["params"]?["token"] == 7)
    #expect(try peer.failureCode(1) == -32800)
  }

  @Test func streamsEveryItemInOrder() throws {
    let peer = try Peer()
    peer.request(1, "test/stream", #"{"partialResultToken":"p"}"#)
    var items: [Int64] = []
    var notifications = 0
    while true {
      let message = try peer.next()
      if message["id"] == 1 { break }
      #expect(message["params"]?["token"] == "p")
      let value = try #require(message["params"]?["value"])
      let found = try #require(value["items"]?.arrayValue).compactMap(\.integerValue)
      for item in found { #expect(value["name"] == (item < 30 ? "a" : "b")) }
      items += found
      notifications += 1
    }
    #expect(items == Array(0..<40))
    #expect(notifications <= 12)
  }
}
