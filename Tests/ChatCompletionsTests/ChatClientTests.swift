import ChatCompletions
import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

/// Each question is asked of a server of Python's, over a real socket.
@Suite struct ChatClientTests {
  private let server: ChatServer

  init() throws { server = try ChatServer() }

  private let limits = ChatLimits(
    connectSeconds: 2, requestSeconds: 5, answerBytes: 1 << 20, tries: 4, firstWait: 0.02,
    longestWait: 2)

  private func client(
    _ manner: String, key: String? = nil, _ change: (inout ChatLimits) -> Void = { _ in }
  ) throws -> ChatClient {
    var limits = limits
    change(&limits)
    return try ChatClient(
      ChatEndpoint(url: server.url(manner), model: "small", key: key), limits: limits)
  }

  private func ask(
    _ manner: String, key: String? = nil, _ change: (inout ChatLimits) -> Void = { _ in }
  ) throws -> ChatAnswer {
    try client(manner, key: key, change).complete(ChatRequest(parts: [.text("what is it?")]))
  }

  private func failure(
    _ manner: String, key: String? = nil, _ change: (inout ChatLimits) -> Void = { _ in }
  ) throws -> ChatError? {
    do {
      let answer = try ask(manner, key: key, change)
      Issue.record("\(manner) answered \(answer)")
      return nil
    } catch let error as ChatError {
      return error
    }
  }

  // MARK: Answers

  @Test func readsAnAnswerAndWhatItCost() throws {
    let expected = ChatAnswer(
      text: "a red bus", model: "small", promptTokens: 7, completionTokens: 3)
    #expect(try ask("normal") == expected)
    #expect(try ask("slow") == expected)
    #expect(try ask("plainkind") == expected)
    #expect(try ask("parts") == expected)
    #expect(try ask("unicode").text == "un café à l'œil 🚲 — «été»")
  }

  @Test func tellsAnAnswerThatWasCutShort() throws {
    let answer = try ask("short")
    #expect(answer.isCutShort)
    #expect(answer.text == "a red b")
  }

  @Test func readsEventsThatNobodyAskedFor() throws {
    let answer = try ask("events")
    #expect(answer.text == "a rød bus")
    #expect(answer.completionTokens == 3)
  }

  @Test func sendsWhatTheInterfaceAsksFor() throws {
    let pixels: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0xFF]
    let request = ChatRequest(
      system: "look", parts: [.text("what «is» it?"), .png(pixels)], maxTokens: 9)
    let answer = try client("echo", key: "sk-123").complete(request)
    let heard = try JSONValue(parsing: Array(answer.text.utf8))
    #expect(heard["key"] == "Bearer sk-123")
    #expect(heard["kind"] == "application/json")
    #expect(heard["path"] == "/echo/v1/chat/completions")
    let image: JSONValue = ["url": "data:image/png;base64,iVBOR/8="]
    let expected: JSONValue = [
      "model": "small", "temperature": .number(0), "max_tokens": 9, "stream": false,
      "messages": [
        ["role": "system", "content": "look"],
        [
          "role": "user",
          "content": [
            ["type": "text", "text": "what «is» it?"], ["type": "image_url", "image_url": image],
          ],
        ],
      ],
    ]
    #expect(try heard["body"]?.bytes() == expected.bytes())
  }

  @Test func sendsNoKeyWhereNoneIsGiven() throws {
    let heard = try JSONValue(parsing: Array(ask("echo").text.utf8))
    #expect(heard["key"] == .null)
    #expect(heard["body"]?["messages"] == [["role": "user", "content": "what is it?"]])
  }

  // MARK: Trying again

  @Test func asksAgainWhereTheServerIsBusy() throws {
    #expect(try ask("busyonce").tries == 3)
    #expect(try ask("failonce").tries == 2)
  }

  @Test func waitsAsLongAsTheServerAsksFor() throws {
    #expect(try ask("busysecond").tries == 2)
    var waits = RetryWaits(limits: limits, seed: 1)
    let asked = ChatError.busy(status: 429, retryAfter: limits.longestWait, reason: "later")
    #expect(waits.next(after: asked) == limits.longestWait)
    let more = ChatError.busy(status: 429, retryAfter: limits.longestWait + 1, reason: "tomorrow")
    #expect(waits.next(after: more) == nil)
  }

  @Test func givesUpWhereTheServerAsksForTooMuchPatience() throws {
    let expected = ChatError.busy(status: 429, retryAfter: 86400, reason: "tomorrow")
    #expect(try failure("busylong") == .gaveUp(tries: 1, last: expected))
  }

  @Test func givesUpAfterTheLastTryAndTellsWhy() throws {
    let expected = ChatError.failed(status: 500, reason: "out of memory")
    #expect(try failure("failing") == .gaveUp(tries: 4, last: expected))
    #expect(try server.timesAsked("failing") == 4)
    #expect(expected.isTransient)
  }

  @Test func neverAsksAgainWhatIsRefused() throws {
    let words = "[{\"loc\":[\"body\",\"model\"],\"msg\":\"field required\"}]"
    #expect(try failure("validation") == .refused(status: 422, reason: words))
    #expect(try server.timesAsked("validation") == 1)
    #expect(
      try failure("html404")
        == .refused(status: 404, reason: "text/html \"<html>Not Found</html>\""))
  }

  @Test func neverRepeatsTheKey() throws {
    let error = try #require(try failure("unauthorized", key: "sk-secret"))
    #expect(error == .refused(status: 401, reason: "wrong key …"))
    let endpoint = try ChatEndpoint(url: server.url("normal"), model: "small", key: "sk-secret")
    #expect(!"\(endpoint)".contains("secret"))
  }

  // MARK: Servers that misbehave

  @Test func namesAPageForWhatItIs() throws {
    let expected = ChatError.notJSON(
      contentType: "text/html; charset=utf-8",
      beginning: "<!DOCTYPE html> <html><h1>Welcome</h1></html>")
    #expect(try failure("html") == expected)
    #expect(!expected.isTransient)
  }

  @Test(arguments: ["broken", "nochoice", "number", "null", "error200", "deep"])
  func refusesWhatIsNoCompletion(manner: String) throws {
    guard case .malformed(let reason) = try failure(manner) else {
      Issue.record("\(manner) is not malformed")
      return
    }
    if manner == "error200" { #expect(reason == "it says: the model is not loaded") }
  }

  @Test func cutsEndlessAndHugeAnswers() throws {
    #expect(try failure("endless") == .tooLarge(limit: 1 << 20))
    #expect(try failure("huge") == .tooLarge(limit: 1 << 20))
    #expect(try failure("headers") == .tooLarge(limit: 1 << 20))
    #expect(try ask("huge") { $0.answerBytes = 4 << 20 }.text.utf8.count == 2 << 20)
  }

  @Test(arguments: ["never", "drip"])
  func endsWithItsTime(manner: String) throws {
    let error = try failure(manner) {
      $0.requestSeconds = 0.5
      $0.tries = 2
    }
    let last = ChatError.timedOut(host: "127.0.0.1:\(server.port)", seconds: 0.5)
    #expect(error == .gaveUp(tries: 2, last: last))
  }

  @Test(arguments: ["cut", "close", "eventscut"])
  func noticesAnAnswerWithoutEnd(manner: String) throws {
    guard case .gaveUp(4, .broken) = try failure(manner) else {
      Issue.record("\(manner) is not broken")
      return
    }
  }

  @Test func followsNoRedirect() throws {
    let expected = ChatError.redirected(status: 307, to: "http://127.0.0.2:9/elsewhere")
    #expect(try failure("redirect") == expected)
  }

  @Test func tellsWhereNobodyListens() throws {
    let endpoint = try ChatEndpoint(url: "http://127.0.0.1:9/v1", model: "small")
    var limits = limits
    limits.tries = 2
    let client = try ChatClient(endpoint, limits: limits)
    #expect {
      try client.complete(ChatRequest(parts: [.text("?")]))
    } throws: { error in
      guard case .gaveUp(2, .unreachable("127.0.0.1:9", _)) = error as? ChatError else {
        return false
      }
      return true
    }
  }

  @Test(arguments: ["never", "endless", "busylong", "drip"])
  func stopsOnceItIsCancelled(manner: String) throws {
    let client = try client(manner) {
      $0.answerBytes = .max
      $0.longestWait = 100_000
    }
    let looks = Looks()
    #expect(throws: CancellationError.self) {
      try client.complete(ChatRequest(parts: [.text("?")])) {
        looks.count.add(1, ordering: .relaxed).newValue > 5
      }
    }
    // What was found cancelled is not asked about again, but for the wait that it was in.
    #expect(looks.count.load(ordering: .relaxed) <= 8)
  }

  @Test func answersManyAskersAtOnce() async throws {
    let client = try client("slow")
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for seed in 0..<8 {
        group.addTask {
          try client.complete(ChatRequest(parts: [.text("?")]), seed: UInt64(seed)).text
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(texts == Array(repeating: "a red bus", count: 8))
  }
}

/// How often a question was looked at for its cancellation.
private final class Looks: Sendable {
  let count = Atomic(0)
}
