import JSON
import JSONRPC
import Testing

/// Long requests: cancellation, progress, deadlines, and the answers beside them.
@Suite(.serialized) struct BusyTests {
  /// Waits until the engine says that it runs a method.
  private func waitUntilRunning(_ method: String, _ client: KernelClient) throws {
    for _ in 0..<2000 where try client.ask("kernel/status")["queue"]?["running"] != .string(method)
    {}
    #expect(try client.ask("kernel/status")["queue"]?["running"] == .string(method))
  }

  @Test func statusAnswersWhileTheEngineIsBusy() throws {
    let session = try OpenSession()
    let client = session.client
    let long = try client.request("attribution/compute", session.longAttribution())
    try waitUntilRunning("attribution/compute", client)
    let waiting = try client.request("context/logits", session.params(["topK": 1], sae: false))
    let status = try client.ask("kernel/status")
    #expect(status["queue"]?["waiting"] == 1)
    #expect(status["contexts"]?.elements.first?["context"] == session.context)
    try client.cancel(long)
    #expect(try client.refusal(of: long).code == -32800)
    try client.result(of: waiting)
    #expect(try client.ask("kernel/status")["queue"]?["running"] == nil)
  }

  @Test func cancellationBeforeDuringAndAfter() throws {
    let session = try OpenSession()
    let client = session.client
    let long = try client.request("attribution/compute", session.longAttribution())
    let queued = try client.request("context/open", session.world.prompt)
    try client.cancel(queued)
    // The queued one is answered while the long one still runs.
    #expect(try client.refusal(of: queued).code == -32800)
    try waitUntilRunning("attribution/compute", client)
    try client.cancel(long)
    #expect(try client.refusal(of: long).code == -32800)
    try client.cancel(long)
    try client.cancel(queued)
    try client.cancel(999_999)
    let done = try client.request("context/logits", session.params(["topK": 3], sae: false))
    let answer = try client.reply(to: done)
    try client.cancel(done)
    #expect(answer.value["result"] != nil)
    try client.expectAlive()
    #expect(client.unreadCount == 0)
    #expect(try client.ask("kernel/status")["contexts"]?.elements.count == 1)
  }

  @Test(arguments: ["attribution/compute", "ablation", "context/generate", "steering/generate"])
  func everyLongMethodStopsWithOneReply(_ name: String) throws {
    let session = try OpenSession()
    let client = session.client
    let clamp: JSONValue = [
      "op": "clamp", "feature": ["sae": session.sae, "index": 41], "value": 1.5, "generated": true,
    ]
    let target = try session.world.target("logitDiff.last")
    let (method, params): (String, JSONValue) =
      switch name {
      case "ablation":
        (
          "attribution/compute",
          session.params(["target": target, "method": "ablation", "topK": 500])
        )
      case "context/generate":
        (name, session.params(["maxTokens": 400, "temperature": 2.0, "seed": 1], sae: false))
      case "steering/generate":
        (
          name,
          session.params([
            "interventions": [clamp], "maxTokens": 400, "temperature": 2.0, "seed": 1,
            "compareWith": ["plain", "reconstruction"],
          ])
        )
      default: (name, try session.longAttribution())
      }
    for pause in [0, 1, 5, 20, 60] {
      let id = try client.request(method, params)
      let end = ContinuousClock.now + .milliseconds(pause)
      while ContinuousClock.now < end {}
      try client.cancel(id)
      let message = try client.reply(to: id).value
      #expect(
        message["error"]?["code"] == -32800 || message["result"] != nil,
        "after \(pause) ms: \(message["error"] ?? nil)")
      try client.expectAlive()
      #expect(client.unreadCount == 0, "after \(pause) ms")
    }
  }

  @Test func progressBeginsRisesAndEndsBeforeTheReply() throws {
    let session = try OpenSession()
    let client = session.client
    let id = try client.request(
      "attribution/compute", session.longAttribution(["workDoneToken": "w"]))
    let first = try client.next { $0["method"] == "$/progress" }.value["params"]
    #expect(first?["token"] == "w" && first?["value"]?["kind"] == "begin")
    #expect(first?["value"]?["title"]?.stringValue?.isEmpty == false)
    for _ in 0..<3 {
      let next = try client.next { $0["method"] == "$/progress" }.value["params"]
      #expect(next?["value"]?["kind"] == "report")
    }
    try client.cancel(id)
    #expect(try client.refusal(of: id).code == -32800)
    try client.expectAlive()
    let values = client.takeNotifications().compactMap { $0["value"] }
    #expect(values.last?["kind"] == "end")
    #expect(values.dropLast().allSatisfy { $0["kind"] == "report" })
    let percentages = values.compactMap { $0["percentage"]?.double }
    #expect(
      percentages == percentages.sorted() && percentages.allSatisfy { (0...100).contains($0) })

    try client.ask("context/logits", session.params(["topK": 1, "workDoneToken": 5], sae: false))
    #expect(client.takeNotifications().isEmpty, "a short request has no progress")
  }

  @Test func deadlinesEndARequest() throws {
    let session = try OpenSession()
    let client = session.client
    let refusal = try client.refusal(
      "attribution/compute", session.longAttribution(["deadlineMs": 60]))
    #expect(refusal.code == -32803 && refusal.kind == "deadlineExceeded")
    #expect(refusal.data?["retryable"] == true)
    // The time in the queue counts.
    let long = try client.request(
      "attribution/compute", session.longAttribution(["deadlineMs": 300]))
    let late = try client.request(
      "context/generate", session.params(["maxTokens": 4, "deadlineMs": 20], sae: false))
    #expect(try client.refusal(of: long).kind == "deadlineExceeded")
    #expect(try client.refusal(of: late).kind == "deadlineExceeded")
    #expect(
      try client.refusal(
        "context/generate", session.params(["maxTokens": 4, "deadlineMs": 0], sae: false)
      ).code == -32602)
    try client.expectAlive()
  }

  @Test func aSmallMemoryLimitRefusesBeforehand() throws {
    let session = try OpenSession(options: ["memoryLimit": 700_000])
    let client = session.client
    let words: JSONValue = .string(String(repeating: "house tree ", count: 60))
    let refusal = try client.refusal(
      "context/open", ["parts": [["text": words]], "chat": ["template": "none"]])
    #expect(refusal.kind == "outOfMemory", "\(refusal)")
    let needed = try #require(refusal.data?["neededBytes"]?.integerValue)
    let available = try #require(refusal.data?["availableBytes"]?.integerValue)
    #expect(needed > available && available < 700_000)
    #expect(try client.ask("kernel/status")["memory"]?["limit"] == 700_000)
    try client.ask("context/logits", session.params(["topK": 1], sae: false))
    // Closing frees what contexts hold.
    try client.ask("context/close", session.params(sae: false))
    try client.ask("context/open", ["parts": [["text": "house"]], "chat": ["template": "none"]])
  }

  @Test func aFullQueueIsBusyAndEveryRequestIsAnswered() throws {
    let session = try OpenSession()
    let client = session.client
    let long = try client.request("attribution/compute", session.longAttribution())
    try waitUntilRunning("attribution/compute", client)
    let ids = try (0..<1100).map { _ in
      try client.request("context/logits", session.params(["topK": 1], sae: false))
    }
    try client.cancel(long)
    var kinds: [String: Int] = [:]
    for id in ids {
      let message = try client.reply(to: id).value
      let kind = message["error"]?["data"]?["kind"]?.stringValue ?? "answered"
      kinds[kind, default: 0] += 1
    }
    #expect(kinds["answered"] == 1024 && kinds["busy"] == 76, "\(kinds)")
    try client.expectAlive()
  }
}
