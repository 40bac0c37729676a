import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// Short phrases of explanations over the wire: by the rule and by a model.
@Suite(.serialized) struct RefineTests {
  private let told: ToldIndex
  private let folder: String

  init() throws {
    told = try ToldIndex(pictures: 3)
    folder = told.folder
  }

  private func refine(_ by: JSONValue, _ others: JSONValue = [:]) throws -> JSONValue {
    var params: JSONObject = ["index": told.path, "by": by, "tries": 1]
    for member in others.objectValue?.members ?? [] { params[member.name] = member.value }
    return try told.job("explanation/refine", .object(params))
  }

  private func counts(_ job: JSONValue) -> [String: Int64] {
    var found: [String: Int64] = [:]
    for name in ["refined", "unchanged", "uninterpretable", "failed", "known"] {
      let count = job["result"]?[name]?.integerValue ?? -1
      if count != 0 { found[name] = count }
    }
    return found
  }

  @Test func aRuleMakesPhrasesWithTheirKinds() throws {
    defer { try? told.end() }
    try told.put(1, "The images show the wheels of bicycles, often red ones.")
    try told.put(2, "house (object)")
    try told.put(3, "striped umbrellas", concept: "texture")
    try told.put(4, "Unable to produce descriptions")
    try told.put(5, nil)
    try told.put(6, "The images show dogs")
    try told.put(6, nil)
    let done = try refine(["rule": [:]])
    #expect(done["state"] == "completed", "\(done)")
    #expect(counts(done) == ["refined": 2, "unchanged": 1, "uninterpretable": 1])
    let found = try told.revisions(of: 1)
    #expect(
      found.map { $0["text"] } == [
        "wheels of bicycles", "The images show the wheels of bicycles, often red ones.",
      ])
    #expect(found[0]["method"] == "refine:rule" && found[0]["state"] == "explained")
    #expect(found[0]["author"] == ["kind": "program", "name": "phrase rule"])
    #expect(found[0]["refines"] == found[1]["id"] && found[0]["evidence"] == ["ab"])
    #expect(found[0]["concept"] == nil)
    let house = try told.revisions(of: 2)
    #expect(house[0]["text"] == "house" && house[0]["concept"] == "object")
    #expect(try told.revisions(of: 3).count == 1)
    #expect(try told.revisions(of: 3)[0]["concept"] == "texture")
    let nothing = try told.revisions(of: 4)
    #expect(nothing[0]["state"] == "uninterpretable" && nothing[0]["refines"] == nothing[1]["id"])
    // What somebody has called uninterpretable since stays so.
    #expect(try told.revisions(of: 5).count == 1)
    #expect(try told.revisions(of: 6).map { $0["state"] } == ["uninterpretable", "explained"])
    // The phrase is what is searched and shown.
    #expect(try told.client.ask("explanation/get", ["latent": 1])["label"] == "wheels of bicycles")
    // Nothing is refined twice, and a phrase is not made of a phrase.
    #expect(counts(try refine(["rule": [:]])) == ["known": 3, "unchanged": 1])
    #expect(
      counts(try refine(["rule": [:]], ["again": true]))
        == ["refined": 2, "uninterpretable": 1, "unchanged": 1])
    #expect(
      try told.revisions(of: 1).map { $0["refines"] }[0...1] == [found[1]["id"], found[1]["id"]])
    // A newer explanation is.
    try told.put(1, "Images of tandems")
    #expect(counts(try refine(["rule": [:]], ["features": ["latents": [1, 7]]])) == ["refined": 1])
    #expect(try told.client.ask("explanation/get", ["latent": 1])["label"] == "tandems")
  }

  @Test func aServersModelMakesPhrases() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    try told.put(1, "The images show wheels of large bicycles")
    try told.put(2, "red boats")
    let done = try refine(told.endpoint(server, "refine"))
    #expect(counts(done) == ["refined": 2], "\(done)")
    #expect(done["result"]?["promptTokens"] == 14 && done["result"]?["completionTokens"] == 6)
    let found = try told.revisions(of: 1)
    #expect(found[0]["text"] == "large bicycles" && found[0]["concept"] == "object")
    #expect(found[0]["method"] == "refine:chat" && found[0]["refines"] == found[1]["id"])
    #expect(found[0]["author"] == ["kind": "model", "name": "refine"])
    // The text is what it was, and of what kind it is was not known before.
    #expect(try told.revisions(of: 2)[0]["concept"] == "object")
    #expect(counts(try refine(told.endpoint(server, "refine"))) == ["known": 2])
    // Another refiner begins with the explanation itself.
    let unnamed = try refine(told.endpoint(server, "unnamed"))
    #expect(counts(unnamed) == ["uninterpretable": 2])
    #expect(try told.revisions(of: 1)[0]["refines"] == found[1]["id"])
    let record = try told.client.ask("explanation/get", ["latent": 1, "records": true])
    let words = try #require(record["items"]?.elements.first?["record"]?.stringValue)
    #expect(words.contains("wheels of large bicycles") && !words.contains("sk-secret"))
  }

  @Test func conceptsKnowTheirKinds() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    let places = "[{\"picture\": \"0\", \"values\": [1]}]"
    try Data(
      "[{\"attribute\": \"part\", \"name\": \"large wheel\", \"places\": \(places)}]".utf8
    ).write(to: URL(filePath: folder + "/pictures/concepts.json"))
    try FileManager.default.copyItem(
      atPath: folder + "/pictures/0.png", toPath: folder + "/pictures/0.mask.png")
    let concepts: JSONValue = .string(folder + "/pictures/concepts.json")
    try told.put(1, "it has large wheels")
    try told.put(2, "it has small boats")
    let done = try refine(told.endpoint(server, "refine"), ["concepts": concepts])
    #expect(counts(done) == ["refined": 2], "\(done)")
    #expect(try told.revisions(of: 1)[0]["concept"] == "part")
    #expect(try told.revisions(of: 2)[0]["concept"] == "object")
  }

  @Test func failuresLeaveTheIndexAsItIs() throws {
    defer { try? told.end() }
    let server = try ChatServer()
    for latent in 1...4 { try told.put(latent, "The images show \(latent) dogs") }
    let done = try refine(told.endpoint(server, "normal"))
    #expect(counts(done) == ["failed": 4] && done["state"] == "completed", "\(done)")
    for latent in 1...4 { #expect(try told.revisions(of: latent).count == 1) }
    let log = try told.log(of: done)
    for latent in 1...4 {
      #expect(log.contains { $0.contains("latent \(latent): the answer is not one JSON object") })
    }
    // In the other form the same answer is a phrase.
    let phrases = try refine(told.endpoint(server, "normal"), ["answer": "text"])
    #expect(counts(phrases) == ["refined": 4])
    let paused = try refine(told.endpoint(server, "failing"), ["concurrency": 1])
    #expect(paused["state"] == "paused", "\(paused)")
    let message = try #require(paused["message"]?.stringValue)
    #expect(message.hasPrefix("the refiner gives no answers: ") && message.contains("500"))
    #expect(try told.revisions(of: 1).count == 2)
  }

  @Test func theResidentModelCanBeAsked() throws {
    defer { try? told.end() }
    try told.put(1, "The images show dogs")
    let done = try refine(["resident": [:]], ["maxTokens": 4])
    #expect(done["state"] == "completed", "\(done)")
    #expect(["refined", "failed"].map { done["result"]?[$0]?.integerValue ?? 0 }.reduce(0, +) == 1)
  }

  @Test func whatIsWrongIsRefused() throws {
    defer { try? told.end() }
    func refusal(_ by: JSONValue, _ others: JSONObject = [:]) throws -> KernelClient.Refusal {
      var params: JSONObject = ["index": told.path, "by": by]
      for member in others.members { params[member.name] = member.value }
      return try told.client.refusal("explanation/refine", .object(params))
    }
    #expect(try refusal([:]).code == -32602)
    #expect(try refusal(["rule": [:], "resident": [:]]).code == -32602)
    #expect(try refusal(["rule": 1]).code == -32602)
    #expect(
      try refusal(["endpoint": ["url": "ftp://host", "model": "m"]]).kind == "unsupportedTarget")
    let masked = try refusal(["endpoint": ["url": "http://host/v1?key=***", "model": "m"]])
    #expect(masked.message.contains("refiner") && masked.kind == "unsupportedTarget")
    #expect(
      try refusal(["rule": [:]], ["concepts": .string(folder + "/no.json")]).kind == "ioError")
    #expect(try refusal(["rule": [:]], ["index": "relative"]).kind == "pathDenied")
  }
}
