import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// Scores by a judge over the wire: what it may say, and how failures show. Judges that know the
/// truth are asked by `Conformance/judges.py`.
@Suite(.serialized) struct JudgeTests {
  private let told: ToldIndex
  /// Latents that are active on some pictures and not on others.
  private let latents: [Int]

  init() throws {
    told = try ToldIndex(pictures: 16)
    let listed = try told.client.ask(
      "index/search", ["query": ["item": "3.png"], "limit": 1000])
    var found: [Int] = []
    for latent in listed["items"]?.elements.compactMap({ $0["latent"]?.integerValue }) ?? []
    where found.count < 4 {
      let active = try told.client.ask(
        "feature/examples",
        [
          "feature": ["sae": told.sae, "index": .integer(latent)], "view": "base",
          "rankBy": "mean", "limit": 50,
        ])
      let count = active["items"]?.elements.count ?? 0
      if (5...11).contains(count) { found.append(Int(latent)) }
    }
    latents = found
    for latent in found { try told.put(latent, "latent \(latent)") }
  }

  private var selection: JSONValue {
    ["latents": .array(latents.map { .integer(Int64($0)) })]
  }

  private func score(
    _ judge: JSONValue, _ scorers: [String], _ others: JSONValue = [:]
  ) throws -> JSONValue {
    var params: JSONObject = [
      "index": told.path, "sae": told.sae, "judge": judge, "tries": 1, "view": "base",
      "scorers": .array(scorers.map { .string($0) }), "features": selection,
    ]
    for member in others.objectValue?.members ?? [] { params[member.name] = member.value }
    return try told.job("explanation/score", .object(params))
  }

  private func scores(of latent: Int) throws -> [JSONValue] {
    try told.revisions(of: latent)[0]["scores"]?.elements ?? []
  }

  @Test func aJudgeThatSaysYesToEverythingKnowsNothing() throws {
    defer { try? told.end() }
    #expect(latents.count == 4)
    let server = try ChatServer()
    let kinds = ["consistency", "detection", "fuzz", "intruder"]
    let done = try score(told.endpoint(server, "yes"), kinds, ["questions": 6])
    #expect(done["state"] == "completed", "\(done)")
    #expect(done["result"]?["scored"] == 4 && done["result"]?["failed"] == 0)
    for latent in latents {
      let found = Dictionary(
        uniqueKeysWithValues: try scores(of: latent).map { ($0["kind"]?.stringValue ?? "", $0) })
      #expect(Set(found.keys) == ["consistency", "detection", "fuzz"])
      // It finds the description in another latent's pictures, too.
      #expect(found["consistency"]?["value"]?.double == 1)
      #expect(found["consistency"]?["baseline"]?.double == 1)
      #expect(found["consistency"]?["details"]?["other"] != .integer(Int64(latent)))
      for kind in ["detection", "fuzz"] {
        let score = try #require(found[kind])
        #expect(score["value"]?.double == 0.5 && score["baseline"]?.double == 0.5)
        let details = try #require(score["details"])
        let count = try #require(score["count"]?.integerValue)
        #expect(count >= 2 && count <= 6)
        #expect(details["truePositives"] == .integer(count / 2))
        #expect(details["falsePositives"] == .integer(count / 2))
        #expect(details["falseNegatives"] == 0 && details["trueNegatives"] == 0)
        // 2 · n / (2 · n + n)
        #expect(abs((details["f1"]?.double ?? 0) - 2.0 / 3) < 1e-12)
        #expect(details["unreadable"] == 0 && details["unanswered"] == 0)
        #expect(details["settings"]?["judge"] == "yes" && details["settings"]?["questions"] == 6)
      }
    }
    // Intruders need no explanation, and are kept with the latents.
    let means = done["result"]?["means"]?.elements ?? []
    let intruder = try #require(means.first { $0["kind"] == "intruder" })
    #expect(intruder["count"] == 4 && intruder["baseline"]?.double == 0.2)
    // Nothing is asked twice.
    let asked = try server.timesAsked("yes")
    let again = try score(told.endpoint(server, "yes"), kinds, ["questions": 6])
    #expect(
      again["result"]?["known"] == 16 && again["result"]?["means"] == done["result"]?["means"])
    #expect(try server.timesAsked("yes") == asked)
    // With other settings it is.
    _ = try score(told.endpoint(server, "yes"), ["detection"], ["questions": 4])
    #expect(try server.timesAsked("yes") > asked)
    #expect(try scores(of: latents[0]).count { $0["kind"] == "detection" } == 2)
  }

  @Test func proseIsNoAnswer() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    let done = try score(told.endpoint(server, "normal"), ["consistency", "detection"])
    #expect(done["state"] == "completed" && done["result"]?["failed"] == 4, "\(done)")
    #expect(done["result"]?["scored"] == 0 && done["result"]?["means"] == [])
    #expect(
      done["result"]?["rows"]?.elements.map { $0["concept"] } == ["failed"])
    #expect(try scores(of: latents[0]).isEmpty)
    let log = try told.log(of: done)
    for latent in latents {
      #expect(
        log.contains {
          $0.contains("feature #\(latent), consistency: 1 of 1 questions have no answer that can")
            && $0.contains("the answer is not one JSON object")
        }, "\(log)")
    }
    // The next job asks again.
    let asked = try server.timesAsked("normal")
    _ = try score(told.endpoint(server, "normal"), ["consistency", "detection"])
    #expect(try server.timesAsked("normal") == 2 * asked)
  }

  @Test(arguments: ["failing", "html", "broken"])
  func aJudgeThatGivesNoAnswersPausesTheJob(manner: String) throws {
    defer { try? told.end() }
    let server = try ChatServer()
    let paused = try score(told.endpoint(server, manner), ["detection"], ["concurrency": 1])
    #expect(paused["state"] == "paused", "\(paused)")
    #expect(paused["message"]?.stringValue?.hasPrefix("the judge gives no answers: ") == true)
    #expect(try server.timesAsked(manner) == 3)
    let job = paused["job"] ?? .null
    try told.client.ask("job/resume", ["job": job])
    #expect(try told.client.ask("job/wait", ["job": job], seconds: 60)["state"] == "paused")
    #expect(try scores(of: latents[0]).isEmpty)
  }

  @Test func cancellingLetsGoOfQuestionsThatAreNeverAnswered() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    let job =
      try told.client.ask(
        "explanation/score",
        [
          "index": told.path, "sae": told.sae, "scorers": ["detection"], "features": selection,
          "judge": told.endpoint(server, "never"), "view": "base",
        ])["job"] ?? .null
    var timesAsked = 0
    for _ in 0..<100 where timesAsked == 0 { timesAsked = try server.timesAsked("never") }
    #expect(timesAsked > 0)
    try told.client.ask("job/cancel", ["job": job])
    #expect(try told.client.ask("job/wait", ["job": job])["state"] == "cancelled")
  }

  @Test func theResidentModelCanBeAsked() throws {
    defer { try? told.end() }
    let done = try score(
      ["resident": [:]], ["consistency", "detection", "fuzz", "intruder"],
      ["questions": 2, "maxTokens": 4, "features": ["latents": [.integer(Int64(latents[0]))]]])
    #expect(done["state"] == "completed", "\(done)")
    let result = try #require(done["result"])
    #expect((result["scored"]?.integerValue ?? 0) + (result["failed"]?.integerValue ?? 0) == 1)
    // Five pictures are more than this model takes, and none may be left out.
    let log = try told.log(of: done)
    #expect(log.contains { $0.contains("the judge answered 4 questions") }, "\(log)")
    #expect(
      log.contains { $0.contains("consistency: 1 of 1") && $0.contains("give fewer exemplars") },
      "\(log)")
    #expect(
      log.contains { $0.contains("intruder: 2 of 2") && $0.contains("at most 512") }, "\(log)")
  }

  @Test func whatIsWrongIsRefused() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    let params: JSONObject = ["index": told.path, "sae": told.sae, "features": selection]
    func refusal(_ others: JSONObject) throws -> KernelClient.Refusal {
      var all = params
      for member in others.members { all[member.name] = member.value }
      return try told.client.refusal("explanation/score", .object(all))
    }
    #expect(try refusal(["scorers": ["fuzz"]]).kind == "unsupportedTarget")
    let ftp: JSONValue = ["endpoint": ["url": "ftp://host", "model": "m"]]
    #expect(try refusal(["judge": ftp]).kind == "unsupportedTarget")
    let masked: JSONValue = ["endpoint": ["url": "http://host/v1?key=***", "model": "m"]]
    #expect(try refusal(["judge": masked]).message.contains("judge's address"))
    #expect(
      try refusal(["judge": told.endpoint(server, "yes"), "questions": 1]).code == -32602)
    let text = try score(told.endpoint(server, "yes"), ["fuzz"], ["view": "text"])
    #expect(text["error"]?["kind"] == "unsupportedTarget", "\(text)")
    // Pictures that are gone.
    try FileManager.default.removeItem(atPath: told.folder + "/pictures")
    let gone = try score(told.endpoint(server, "yes"), ["fuzz"])
    #expect(gone["error"]?["kind"] == "imageUnreadable", "\(gone)")
  }
}
