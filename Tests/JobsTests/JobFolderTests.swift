import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// What several processes, many jobs and bad files do to a folder of jobs.
@Suite(.serialized) struct JobFolderTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "job-folder-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func kernel(_ name: String = "jobs") throws -> KernelClient {
    try KernelClient(
      KernelOptions(
        memoryLimit: 1 << 30, threads: 1, world: nil, jobFolder: "\(folder)/\(name)"))
  }

  private func training(_ output: String, steps: Int64) throws -> JSONValue {
    [
      "model": try TinyWorld().model, "site": "resid_post.1",
      "corpus": ["prompts": TinyWorld.path("check/llama3.jsonl")], "template": "none",
      "output": .string("\(folder)/\(output)"), "latents": 64, "k": 4, "steps": .integer(steps),
      "batch": 32,
    ]
  }

  private func settled(_ job: JSONValue, _ client: KernelClient) throws -> JSONValue {
    try client.ask("job/wait", ["job": job, "timeoutMs": 60_000], seconds: 90)
  }

  private func file(_ job: Int, state: String) -> String {
    """
    {"job":"job_\(job)","method":"sae/train","params":{},"state":"\(state)","created":1}
    """
  }

  @Test func aJobBelongsToOneKernelAtATime() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (first, second) = (try kernel(), try kernel())
    let job = try first.ask("sae/train", training("one", steps: 1_000_000))["job"] ?? .null
    #expect(job == "job_1")
    let seen = try second.ask("job/get", ["job": job])
    #expect(seen["state"] == "running" || seen["state"] == "queued")
    #expect(seen["message"] == "it runs in another process")
    for method in ["job/resume", "job/cancel", "job/pause"] {
      #expect(try second.refusal(method, ["job": job]).kind == "busy", "\(method)")
    }
    #expect(try second.ask("sae/train", training("two", steps: 1))["job"] == "job_2")
    #expect(try first.ask("job/list")["total"] == 2)
    #expect(try first.refusal("job/resume", ["job": job]).kind == "busy")
    // Its kernel lets go of it: the other takes it up, and the first cannot any more.
    try first.ask("job/pause", ["job": job])
    #expect(try settled(job, first)["state"] == "paused")
    try second.ask("job/resume", ["job": job, "subscribe": true])
    #expect(try first.refusal("job/resume", ["job": job]).kind == "busy")
    try second.ask("job/cancel", ["job": job])
    #expect(try settled(job, second)["state"] == "cancelled")
    #expect(!second.takeNotifications("job/didUpdate").isEmpty)
    #expect(try settled(job, first)["state"] == "cancelled")
    try first.shutDown()
    try second.shutDown()
  }

  private func mode(_ path: String) throws -> Int {
    try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
  }

  /// What stands in a folder that others may write to, and what is left of processes that ended.
  @Test func aFolderIsItsUsersAloneAndNoLinkInItIsFollowed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = folder + "/jobs"
    let first = try kernel()
    let job = try first.ask("sae/train", training("one", steps: 1))["job"] ?? .null
    _ = try settled(job, first)
    #expect(try mode(jobs) == 0o700)
    for name in ["job_1.json", "job_1.log"] { #expect(try mode("\(jobs)/\(name)") == 0o600) }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: jobs).sorted() == [
        "job_1.json", "job_1.log",
      ])
    try first.shutDown()

    let victim = folder + "/victim"
    try Data("untouched".utf8).write(to: URL(filePath: victim))
    for name in ["job_2.json", "job_3.json.tmp", "job_3.log", "job_4.lock"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(jobs)/\(name)", withDestinationPath: victim)
    }
    for name in ["job_9.lock", "job_9.json.tmp"] {
      try Data().write(to: URL(filePath: "\(jobs)/\(name)"))
    }
    let second = try kernel()
    for number in 0..<3 {
      let job = try second.ask("sae/train", training("more\(number)", steps: 1))["job"] ?? .null
      #expect(try settled(job, second)["state"] == "completed")
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "untouched")
    let names = try FileManager.default.contentsOfDirectory(atPath: jobs)
    #expect(!names.contains("job_9.lock") && !names.contains("job_9.json.tmp"), "\(names)")
    try second.shutDown()
  }

  @Test func closesAFolderThatWasOpenToOthers() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = FileManager.default
    let folders: [(name: String, file: String?)] = [
      ("empty", nil), ("used", "job_7.log"), ("mixed", "letters.txt"),
    ]
    for (name, other) in folders {
      let path = "\(folder)/\(name)"
      try files.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
      if let other { try Data().write(to: URL(filePath: "\(path)/\(other)")) }
    }
    try files.createSymbolicLink(
      atPath: folder + "/link", withDestinationPath: folder + "/empty")
    for name in ["empty", "used"] {
      let client = try kernel(name)
      let job = try client.ask("sae/train", training("out-\(name)", steps: 1))["job"] ?? .null
      #expect(try settled(job, client)["state"] == "completed")
      #expect(try mode("\(folder)/\(name)") == 0o700)
      try client.shutDown()
    }
    for (name, reason) in [
      ("mixed", "open to others (mode 0755) and holds \"letters.txt\""), ("link", "is a link"),
    ] {
      let client = try kernel(name)
      let refusal = try client.refusal("sae/train", training("out-\(name)", steps: 1))
      #expect(refusal.kind == "ioError" && refusal.message.contains(reason), "\(refusal)")
      try client.shutDown()
    }
    #expect(try mode(folder + "/mixed") == 0o755)
    #expect(try files.contentsOfDirectory(atPath: folder + "/mixed") == ["letters.txt"])
  }

  @Test func anAddressesSecretIsNeitherKeptNorTold() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let index = try #require(World()?.index)
    try FileManager.default.copyItem(atPath: index, toPath: folder + "/index")
    let job =
      try client.ask(
        "explanation/generate",
        [
          "index": .string(folder + "/index"), "features": ["latents": [1]], "tries": 1,
          "explainer": [
            "endpoint": [
              "url": "http://127.0.0.1:9/v1?key=sk-SECRET77&api-version=2024-02-01", "model": "m",
            ]
          ],
        ])["job"] ?? .null
    let done = try settled(job, client)
    #expect(
      done["params"]?["explainer"]?["endpoint"]?["url"]
        == "http://127.0.0.1:9/v1?key=***&api-version=2024-02-01")
    let told = try client.ask(
      "explanation/get", ["index": .string(folder + "/index"), "latent": 1, "records": true])
    let list = try client.ask("job/list")
    for value in [done, told, list] {
      #expect(!String(decoding: try value.bytes(), as: UTF8.self).contains("SECRET77"))
    }
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      #expect(bytes.firstRange(of: Data("SECRET77".utf8)) == nil, "\(name)")
    }
    let refused = try client.refusal(
      "explanation/generate",
      [
        "index": .string(folder + "/index"), "features": ["latents": [1]],
        "explainer": ["endpoint": ["url": "http://host/v1?key=***", "model": "m"]],
      ])
    #expect(refused.kind == "unsupportedTarget" && refused.message.contains("secret"))
    try client.shutDown()
  }

  @Test func tenThousandJobsAreListedInPages() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(
      atPath: folder + "/jobs", withIntermediateDirectories: true)
    for job in 1...10_000 {
      let state = job % 100 == 0 ? "paused" : "completed"
      try Data(file(job, state: state).utf8).write(
        to: URL(filePath: "\(folder)/jobs/job_\(job).json"))
    }
    let client = try kernel()
    var list = try client.ask("job/list", ["limit": 20])
    #expect(list["total"] == 10_000 && list["items"]?.elements.count == 20)
    #expect(list["items"]?.elements.first?["job"] == "job_10000")
    list = try client.ask("job/list", ["state": "paused", "offset": 90, "limit": 20])
    #expect(list["total"] == 100 && list["items"]?.elements.count == 10)
    #expect(try client.ask("sae/train", training("next", steps: 1))["job"] == "job_10001")
    try client.shutDown()
  }

  @Test func badFilesOfJobsKeepNobodyFromTheOthers() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = folder + "/jobs"
    try FileManager.default.createDirectory(atPath: jobs, withIntermediateDirectories: true)
    for (name, text) in [
      ("job_1.json", file(1, state: "running").dropLast(9)), ("job_2.json", "[]"),
      ("job_3.json", ""), ("job_4.json", file(4, state: "flying")[...]), ("notes.json", "{}"),
      ("job_x.json", "{}"), ("job_6.json", file(6, state: "running")[...]),
    ] as [(String, Substring)] {
      try Data(text.utf8).write(to: URL(filePath: "\(jobs)/\(name)"))
    }
    #expect(unsafe mkfifo(jobs + "/job_5.json", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: jobs + "/job_7.json", withDestinationPath: jobs + "/job_4.json")
    for name in ["job_008.json", "job_-9.json"] {
      try Data(file(8, state: "completed").utf8).write(to: URL(filePath: "\(jobs)/\(name)"))
    }
    let client = try kernel()
    let listed = try client.ask("job/list")
    let list = listed["items"]?.elements ?? []
    #expect(listed["total"] == 5)
    for job in list where job["job"] != "job_6" {
      #expect(job["state"] == "failed", "\(job)")
      #expect(job["message"]?.stringValue?.contains("cannot be read") == true, "\(job)")
    }
    #expect(list.count == 5)
    #expect(try client.refusal("job/get", ["job": "job_5"]).kind == "jobNotFound")
    // Its process is gone: nobody has its lock.
    #expect(try client.ask("job/get", ["job": "job_6"])["state"] == "interrupted")
    #expect(try client.refusal("job/resume", ["job": "job_2"]).kind == "jobNotFound")
    #expect(try client.refusal("job/resume", ["job": "job_6"]).code == -32602)
    try client.shutDown()
  }

  @Test func aFolderThatCannotBeUsedRefusesJobsAlone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data().write(to: URL(filePath: folder + "/file"))
    let client = try kernel("file/jobs")
    let refusal = try client.refusal("sae/train", training("out", steps: 1))
    #expect(refusal.kind == "ioError" && refusal.message.contains("file/jobs"))
    #expect(try client.ask("job/list")["total"] == 0)
    try client.expectAlive()
    try client.shutDown()
  }

  @Test func whatHasEndedCannotBeStoppedOrResumed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try kernel()
    let job = try client.ask("sae/train", training("short", steps: 2))["job"] ?? .null
    #expect(try settled(job, client)["state"] == "completed")
    for method in ["job/cancel", "job/pause", "job/resume"] {
      #expect(try client.refusal(method, ["job": job]).kind == "busy", "\(method)")
    }
    let log = try client.ask("job/log", ["job": job, "from": 1, "lines": 1])
    #expect(log["lines"]?.elements.count == 1 && log["next"] == 2)
    try client.shutDown()
  }
}
