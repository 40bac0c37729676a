import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing

/// Jobs over the wire: what they answer, how they stop, and that another process goes on with them.
@Suite(.serialized) struct JobTests {
  private let folder: String
  private let world: TinyWorld

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "jobs-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: folder + "/pictures", withIntermediateDirectories: true)
    world = try TinyWorld()
    let picture = try Fixtures.bytes("models/pictures/landscape.png")
    for number in 0..<40 {
      // Bytes behind a PNG's end change its content and not its picture.
      try Data(picture + [UInt8(number)]).write(
        to: URL(filePath: "\(folder)/pictures/\(number + 100).png"))
    }
  }

  private func kernel() throws -> KernelClient {
    let client = try KernelClient(
      KernelOptions(
        memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: folder + "/jobs"))
    try client.ask("model/load", ["path": world.model])
    return client
  }

  private func build(_ client: KernelClient, _ name: String = "index") throws -> JSONValue {
    let sae = try client.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
    return [
      "path": .string("\(folder)/\(name)"), "sae": sae,
      "corpus": ["folder": .string(folder + "/pictures")],
    ]
  }

  private func state(_ job: JSONValue) -> String { job["state"]?.stringValue ?? "" }

  @Test func aBuildRunsBesideRequestsAndTellsHowItIs() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    var params = try build(client)
    if case .object(var members) = params {
      members["subscribe"] = true
      params = .object(members)
    }
    let job = try #require(try client.ask("index/build", params)["job"])
    #expect(job == "job_1")
    // Between two steps others are answered.
    try client.ask("context/open", world.prompt)
    let done = try client.ask("job/wait", ["job": job, "timeoutMs": 60_000], seconds: 90)
    #expect(state(done) == "completed")
    #expect(done["result"]?["items"] == 40)
    #expect(done["progress"]?["done"] == 40)
    let updates = client.takeNotifications("job/didUpdate")
    #expect(updates.last.map(state) == "completed")
    #expect(try client.ask("job/list")["total"] == 1)
    let log = try client.ask("job/log", ["job": job])["lines"]?.elements ?? []
    #expect(log.count == 2 && log.last?.stringValue?.hasSuffix("completed") == true)
    #expect(try client.refusal("job/resume", ["job": job]).kind == "busy")
    #expect(try client.refusal("job/cancel", ["job": job]).kind == "busy")
    try client.shutDown()
    // Another kernel knows it, too, and what the index is.
    let second = try kernel()
    #expect(state(try second.ask("job/get", ["job": job])) == "completed")
    try second.shutDown()
  }

  @Test func aPausedJobGoesOnWhereItWas() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let params = try build(client)
    let job = try #require(try client.ask("index/build", params)["job"])
    try client.ask("job/pause", ["job": job])
    let paused = try client.ask("job/wait", ["job": job])
    #expect(state(paused) == "paused")
    // Its index may be used meanwhile, and no number is given twice.
    let other = try #require(try client.ask("index/build", build(client, "other"))["job"])
    #expect(other == "job_2")
    #expect(state(try client.ask("job/wait", ["job": other], seconds: 90)) == "completed")
    try client.ask("job/resume", ["job": job])
    let done = try client.ask("job/wait", ["job": job], seconds: 90)
    #expect(state(done) == "completed")
    #expect(done["result"]?["items"] == 40)
    try client.shutDown()
  }

  @Test func aClientThatLeavesLeavesAJobThatCanBeResumed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let job = try #require(try client.ask("index/build", build(client))["job"])
    try client.shutDown()
    let second = try kernel()
    _ = try build(second)
    let left = try second.ask("job/get", ["job": job])
    #expect(state(left) == "interrupted")
    try second.ask("job/resume", ["job": job])
    let done = try second.ask("job/wait", ["job": job], seconds: 90)
    #expect(state(done) == "completed")
    #expect(done["result"]?["items"] == 40)
    try second.shutDown()
  }

  @Test func cancellingEndsAJobAndAWait() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    // More than a busy machine could be done with before the requests that follow.
    let prompts = (0..<20_000).map { "{\"text\": \"prompt \($0)\"}\n" }.joined()
    try Data(prompts.utf8).write(to: URL(filePath: folder + "/prompts.jsonl"))
    guard case .object(var params) = try build(client) else { return }
    params["corpus"] = ["prompts": .string(folder + "/prompts.jsonl")]
    let job = try #require(try client.ask("index/build", .object(params))["job"])
    let wait = try client.request("job/wait", ["job": job, "timeoutMs": 86_400_000])
    try client.cancel(wait)
    #expect(try client.refusal(of: wait).code == -32800)
    try client.ask("job/cancel", ["job": job])
    let ended = try client.ask("job/wait", ["job": job])
    #expect(state(ended) == "cancelled")
    #expect(try client.refusal("job/resume", ["job": job]).kind == "busy")
    #expect(try client.ask("job/list", ["state": "cancelled"])["total"] == 1)
    #expect(try client.ask("job/list", ["state": "running"])["total"] == 0)
    try client.shutDown()
  }

  @Test func whatIsWrongIsSaid() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    for name in ["job_7", "", "../x", "job_99999999999999999999999", "job_-1"] {
      #expect(try client.refusal("job/get", ["job": .string(name)]).kind == "jobNotFound")
    }
    var params = try build(client)
    guard case .object(var members) = params else { return }
    members["corpus"] = ["folder": "/nowhere/at/all"]
    #expect(try client.refusal("index/build", .object(members)).kind == "ioError")
    members["path"] = "relative"
    #expect(try client.refusal("index/build", .object(members)).kind == "pathDenied")
    // What only running shows fails the job, not the request.
    params = .object([
      "path": .string(folder + "/pictures/100.png"), "sae": members["sae"] ?? .null,
      "corpus": ["folder": .string(folder + "/pictures")],
    ])
    let job = try #require(try client.ask("index/build", params)["job"])
    let failed = try client.ask("job/wait", ["job": job])
    #expect(state(failed) == "failed")
    #expect(failed["error"]?["kind"] == "ioError")
    #expect(failed["message"]?.stringValue?.contains("is not a valid index") == true)
    // A damaged file of a job is told, not lost.
    try Data("{".utf8).write(to: URL(filePath: folder + "/jobs/job_1.json"))
    try client.shutDown()
    let second = try kernel()
    #expect(
      try second.ask("job/get", ["job": "job_1"])["message"]?.stringValue?
        .contains("cannot be read") == true)
    try second.shutDown()
  }
}
