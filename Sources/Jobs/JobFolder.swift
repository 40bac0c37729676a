import FoundationEssentials
import Glibc
import JSON
import JSONRPC
import KernelProtocol
import Synchronization
import SystemReasons

/// The files of jobs: a JSON file, a log and a lock for each, so that a job outlives its process.
///
/// Without a folder jobs are known to this process alone.
struct JobFolder: Sendable {
  let path: String?
  private static let fileLimit = 16 << 20

  private func file(_ job: String, _ suffix: String) -> String? {
    path.map { "\($0)/\(job).\(suffix)" }
  }

  /// Makes the folder, for its user alone.
  /// - Throws: `DomainError` where the folder cannot be made, written or closed to others.
  func prepare() throws(DomainError) {
    guard let path else { return }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw DomainError(
        .ioError, "the folder of jobs \(path) cannot be made: \(systemReason(of: error))")
    }
    try closeToOthers(path)
    guard unsafe access(path, W_OK | X_OK) == 0 else {
      throw DomainError(.ioError, "the folder of jobs \(path) cannot be written")
    }
  }

  /// Closes a folder that was there before to others. One that others own, or that holds something
  /// else than jobs, is not ours to change; a link leads to such a one.
  private func closeToOthers(_ path: String) throws(DomainError) {
    func refuse(_ reason: String) -> DomainError {
      DomainError(
        .ioError, "the folder of jobs \(path) \(reason)",
        hint: "give a folder of its own, with mode 0700")
    }
    var name = path
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    let descriptor = unsafe open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOTDIR || errno == ELOOP
        ? refuse("is a link or no folder") : refuse("cannot be read: \(systemReason())")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid() else {
      throw refuse("belongs to another user")
    }
    guard status.st_mode & 0o077 != 0 else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: name)) ?? []
    if let other = names.sorted().first(where: { !$0.hasPrefix("job_") }) {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw refuse(
        "is open to others (mode 0\(mode)) and holds \(quoted(other)), "
          + "which does not belong to a job")
    }
    guard fchmod(descriptor, 0o700) == 0 else {
      throw refuse("is open to others, and cannot be closed: \(systemReason())")
    }
  }

  /// Takes away temporary files and locks of jobs that nobody works on.
  func removeLeftovers() {
    guard let path, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return
    }
    for name in names where name.hasPrefix("job_") {
      let job = String(name.prefix { $0 != "." })
      guard name == job + ".lock" || name == job + ".json.tmp", let lock = lock(job) else {
        continue
      }
      unsafe unlink("\(path)/\(job).json.tmp")
      lock.release()
    }
  }

  /// The jobs' numbers, rising.
  func numbers() -> [Int] {
    guard let path, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return []
    }
    return names.compactMap { name in
      guard name.hasPrefix("job_"), name.hasSuffix(".json") else { return nil }
      return Int(name.dropFirst(4).dropLast(5))
    }.sorted()
  }

  /// A job's file as it is now; nil unless it is one that `read` reads: no link, pipe or folder,
  /// nor beyond the limit.
  func stamp(ofJob number: Int) -> FileStamp? {
    guard number >= 0, let name = file("job_\(number)", "json") else { return nil }
    var status = stat()
    guard unsafe lstat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size < Self.fileLimit
    else { return nil }
    return FileStamp(status)
  }

  /// Reads a job. A file that holds no job is a failed one, so that nothing disappears silently.
  func read(_ job: String) -> Job? {
    guard let name = file(job, "json"),
      let data = PrivateFile.contents(of: name, limit: Self.fileLimit)
    else { return nil }
    do {
      var found: Job = try JSONValue(parsing: data).decode()
      found.job = job
      return found
    } catch {
      return Job(
        job: job, method: "", params: .object([:]), state: .failed,
        message: "its file \(name) cannot be read: \(systemReason(of: error))", created: 0)
    }
  }

  /// Writes a job's file whole.
  func write(_ job: Job) throws(DomainError) {
    guard let name = file(job.job, "json") else { return }
    do {
      try PrivateFile.write(JSONValue(encoding: job).bytes(), to: name)
    } catch {
      throw DomainError(
        .ioError, "the job's file \(name) cannot be written: \(systemReason(of: error))")
    }
  }

  // MARK: Logs

  func log(_ job: String, _ line: String) {
    guard let name = file(job, "log") else { return }
    let text = "\(Date.now.ISO8601Format()) \(line.replacing("\n", with: " "))\n"
    let descriptor = unsafe open(
      name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { return }
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    close(descriptor)
  }

  func lines(of job: String, from: Int, count: Int) -> [String] {
    guard let name = file(job, "log"), let data = PrivateFile.contents(of: name, limit: 256 << 20)
    else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
      .dropFirst(from).prefix(count).map(String.init)
  }

  // MARK: Locks

  /// Takes a job for this process; nil where another one has it.
  func lock(_ job: String) -> JobLock? {
    guard let name = file(job, "lock") else { return JobLock(descriptor: -1, path: nil) }
    return JobLock.take(name)
  }

  /// Whether a process is at work on a job. Looking makes no file, and lookers do not mistake one
  /// another for one.
  func isLocked(_ job: String) -> Bool {
    guard let name = file(job, "lock") else { return false }
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}
