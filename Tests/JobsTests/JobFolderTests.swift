import Foundation
import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Testing

/// What several processes, many jobs and bad files do to a folder of jobs.
@Suite(.serialized) struct JobFolderTests {
  private let folder: String
  private let engine = StubEngine()

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "job-folder-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// A table as another process would have it.
  private func table(_ name: String = "jobs") -> JobTable<StubEngine> {
    engine.table("\(folder)/\(name)")
  }

  private func makeJobs() throws -> String {
    let jobs = folder + "/jobs"
    try FileManager.default.createDirectory(atPath: jobs, withIntermediateDirectories: true)
    return jobs
  }

  private func file(_ job: Int, state: String) -> String {
    """
    {"job":"job_\(job)","method":"test/count","params":{},"state":"\(state)","created":1}
    """
  }

  private func mode(_ path: String) throws -> Int {
    try (FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? 0
  }

  @Test func aJobBelongsToOneProcessAtATime() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (first, second) = (table(), table())
    let job = try first.begin(["steps": 1_000_000])
    #expect(job == "job_1")
    let seen = try second.get(job)
    #expect(seen.state == .running || seen.state == .queued)
    #expect(seen.message == "it runs in another process")
    for method in [
      { try second.resume(job, subscribe: false, client: .only) }, { try second.cancel(job) },
      { try second.pause(job) },
    ] as [() throws -> Job] { #expect(refusal(method)?.kind == .busy) }
    #expect(try second.begin(["steps": 1]) == "job_2")
    #expect(first.list(state: nil, offset: 0, limit: 10).total == 2)
    #expect(refusal { try first.resume(job, subscribe: false, client: .only) }?.kind == .busy)
    // Its process lets go of it: the other takes it up, and the first cannot any more.
    _ = try first.pause(job)
    #expect(try first.settled(job).state == .paused)
    _ = try second.resume(job, subscribe: false, client: .only)
    #expect(refusal { try first.resume(job, subscribe: false, client: .only) }?.kind == .busy)
    _ = try second.cancel(job)
    #expect(try second.settled(job).state == .cancelled)
    #expect(try first.settled(job).state == .cancelled)
  }

  /// What stands in a folder that others may write to, and what is left of processes that ended.
  @Test func aFolderIsItsUsersAloneAndNoLinkInItIsFollowed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = folder + "/jobs"
    let first = table()
    _ = try first.settled(first.begin(["steps": 1]))
    #expect(try mode(jobs) == 0o700)
    for name in ["job_1.json", "job_1.log"] { #expect(try mode("\(jobs)/\(name)") == 0o600) }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: jobs).sorted() == [
        "job_1.json", "job_1.log",
      ])

    let victim = folder + "/victim"
    try Data("untouched".utf8).write(to: URL(filePath: victim))
    for name in ["job_2.json", "job_3.json.tmp", "job_3.log", "job_4.lock"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(jobs)/\(name)", withDestinationPath: victim)
    }
    for name in ["job_9.lock", "job_9.json.tmp"] {
      try Data().write(to: URL(filePath: "\(jobs)/\(name)"))
    }
    let second = table()
    for _ in 0..<3 {
      #expect(try second.settled(second.begin(["steps": 1])).state == .completed)
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "untouched")
    let names = try FileManager.default.contentsOfDirectory(atPath: jobs)
    #expect(!names.contains("job_9.lock") && !names.contains("job_9.json.tmp"), "\(names)")
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
      let table = table(name)
      #expect(try table.settled(table.begin(["steps": 1])).state == .completed)
      #expect(try mode("\(folder)/\(name)") == 0o700)
    }
    for (name, reason) in [
      ("mixed", "open to others (mode 0755) and holds \"letters.txt\""), ("link", "is a link"),
    ] {
      let refused = refusal { try table(name).begin(["steps": 1]) }
      #expect(refused?.kind == .ioError && refused?.message.contains(reason) == true)
    }
    #expect(try mode(folder + "/mixed") == 0o755)
    #expect(try files.contentsOfDirectory(atPath: folder + "/mixed") == ["letters.txt"])
  }

  @Test func secretsAreForTheWorkAlone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = engine.table(folder + "/jobs", masked: { _ in ["steps": 0] })
    let job = try table.settled(table.begin(["steps": 5]))
    #expect(job.result == 5 && job.params == ["steps": 0])
    let kept = try JSONValue(
      parsing: Array(Data(contentsOf: URL(filePath: folder + "/jobs/job_1.json"))))
    #expect(kept["params"] == ["steps": 0])
  }

  @Test func tenThousandJobsAreListedInPages() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = try makeJobs()
    for job in 1...10_000 {
      let state = job % 100 == 0 ? "paused" : "completed"
      try Data(file(job, state: state).utf8).write(to: URL(filePath: "\(jobs)/job_\(job).json"))
    }
    let table = table()
    var list = table.list(state: nil, offset: 0, limit: 20)
    #expect(list.total == 10_000 && list.items.count == 20)
    #expect(list.items.first?.job == "job_10000")
    for _ in 0..<2 {
      list = table.list(state: .paused, offset: 90, limit: 20)
      #expect(list.total == 100 && list.items.map(\.job).first == "job_1000")
      #expect(list.items.count == 10 && list.items.last?.job == "job_100")
    }
    #expect(try table.begin(["steps": 1]) == "job_10001")
  }

  /// A list by state reads again what has changed, and nothing else.
  @Test func aJobsStateIsReadAgainOnceItsFileHasChanged() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = try makeJobs()
    for job in 1...4 {
      try Data(file(job, state: "paused").utf8).write(to: URL(filePath: "\(jobs)/job_\(job).json"))
    }
    let (table, other) = (table(), table())
    func paused() -> [String] {
      table.list(state: .paused, offset: 0, limit: 10).items.map(\.job)
    }
    #expect(paused() == ["job_4", "job_3", "job_2", "job_1"])
    // Another process ends one; one disappears, and comes back as another.
    _ = try other.cancel("job_3")
    #expect(paused() == ["job_4", "job_2", "job_1"])
    try FileManager.default.removeItem(atPath: jobs + "/job_2.json")
    #expect(paused() == ["job_4", "job_1"])
    try Data(file(2, state: "failed").utf8).write(to: URL(filePath: jobs + "/job_2.json"))
    #expect(paused() == ["job_4", "job_1"])
    #expect(table.list(state: .failed, offset: 0, limit: 10).items.map(\.job) == ["job_2"])
    // The same file to the system, with other words of the same length: nobody looks into it.
    var times = stat()
    let path = jobs + "/job_1.json"
    #expect(unsafe stat(path, &times) == 0)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: Data(file(1, state: "failed").utf8))
    try handle.close()
    var kept = [times.st_atim, times.st_mtim]
    #expect(unsafe utimensat(AT_FDCWD, path, &kept, 0) == 0)
    #expect(table.list(state: .paused, offset: 0, limit: 10).total == 2)
    #expect(table.list(state: .failed, offset: 0, limit: 10).total == 1)
  }

  @Test func badFilesOfJobsKeepNobodyFromTheOthers() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let jobs = try makeJobs()
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
    for name in ["job_008.json", "job_-9.json", "job_006.json"] {
      try Data(file(8, state: "completed").utf8).write(to: URL(filePath: "\(jobs)/\(name)"))
    }
    let table = table()
    let listed = table.list(state: nil, offset: 0, limit: 100)
    #expect(listed.total == 5 && listed.items.count == 5)
    for job in listed.items where job.job != "job_6" {
      #expect(job.state == .failed, "\(job)")
      #expect(job.message?.contains("cannot be read") == true, "\(job)")
    }
    for _ in 0..<2 { #expect(table.list(state: .failed, offset: 0, limit: 100).total == 4) }
    #expect(refusal { try table.get("job_5") }?.kind == .jobNotFound)
    // Its process is gone: nobody has its lock.
    #expect(try table.get("job_6").state == .interrupted)
    #expect(
      refusal { try table.resume("job_2", subscribe: false, client: .only) }?.kind == .jobNotFound)
    #expect(throws: WireError.self) {
      try table.resume("job_6", subscribe: false, client: .only)
    }
  }

  @Test func aFolderThatCannotBeUsedRefusesJobsAlone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data().write(to: URL(filePath: folder + "/file"))
    let table = table("file/jobs")
    let refused = refusal { try table.begin(["steps": 1]) }
    #expect(refused?.kind == .ioError && refused?.message.contains("file/jobs") == true)
    #expect(table.list(state: nil, offset: 0, limit: 10).total == 0)
  }

  @Test func whatHasEndedCannotBeStoppedOrResumed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = table()
    let job = try table.begin(["steps": 2])
    #expect(try table.settled(job).state == .completed)
    for method in [
      { try table.cancel(job) }, { try table.pause(job) },
      { try table.resume(job, subscribe: false, client: .only) },
    ] as [() throws -> Job] { #expect(refusal(method)?.kind == .busy) }
    // running, step 1, step 2, completed
    let log = try table.log(JobLog.Params(job: job, from: 1, lines: 2))
    #expect(log.lines.count == 2 && log.next == 3)
    #expect(log.lines.last?.hasSuffix("step 2") == true)
  }
}
