import FoundationEssentials
import Glibc
import JSON
import JSONRPC
import KernelProtocol
import Synchronization

/// The files of jobs: a JSON file, a log and a lock for each, so that a job outlives its process.
///
/// Without a folder jobs are known to this process alone.
struct JobFolder: Sendable {
  let path: String?

  private func file(_ job: String, _ suffix: String) -> String? {
    path.map { "\($0)/\(job).\(suffix)" }
  }

  /// - Throws: `DomainError` where the folder cannot be made or written.
  func prepare() throws(DomainError) {
    guard let path else { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DomainError(.ioError, "the folder of jobs \(path) cannot be made: \(error)")
    }
    guard unsafe access(path, W_OK | X_OK) == 0 else {
      throw DomainError(.ioError, "the folder of jobs \(path) cannot be written")
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

  /// Reads a job. A file that is none is told as a failed job, so that nothing disappears silently.
  func read(_ job: String) -> Job? {
    guard let name = file(job, "json"), Self.isFile(name),
      let data = FileManager.default.contents(atPath: name), data.count < 16 << 20
    else { return nil }
    do {
      var found: Job = try JSONValue(parsing: Array(data)).decode()
      found.job = job
      return found
    } catch {
      return Job(
        job: job, method: "", params: .object([:]), state: .failed,
        message: "its file \(name) cannot be read: \(error)", created: 0)
    }
  }

  /// Whether it can be read without waiting for somebody who writes.
  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Writes a job's file whole.
  func write(_ job: Job) throws(DomainError) {
    guard let name = file(job.job, "json") else { return }
    do {
      let text = try JSONValue(encoding: job).bytes()
      try Data(text).write(to: URL(filePath: name + ".tmp"))
      guard unsafe rename(name + ".tmp", name) == 0 else {
        throw DomainError(.ioError, unsafe String(cString: strerror(errno)))
      }
    } catch let error as DomainError { throw error } catch {
      throw DomainError(.ioError, "the job's file \(name) cannot be written: \(error)")
    }
  }

  // MARK: Logs

  func log(_ job: String, _ line: String) {
    guard let name = file(job, "log") else { return }
    let text = "\(Date.now.ISO8601Format()) \(line.replacing("\n", with: " "))\n"
    let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    close(descriptor)
  }

  func lines(of job: String, from: Int, count: Int) -> [String] {
    guard let name = file(job, "log"), let data = FileManager.default.contents(atPath: name) else {
      return []
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst(from).prefix(
      count
    )
    .map(String.init)
  }

  // MARK: Locks

  /// Takes a job for this process; nil where another one has it.
  func lock(_ job: String) -> JobLock? {
    guard let name = file(job, "lock") else { return JobLock(descriptor: -1) }
    return JobLock.take(name)
  }

  /// Whether a process is at work on a job. Looking makes no file, and lookers do not mistake one another for one.
  func isLocked(_ job: String) -> Bool {
    guard let name = file(job, "lock") else { return false }
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}

/// Holds a job until it is released; the system lets go of it with the process.
final class JobLock: Sendable {
  private let descriptor: Mutex<Int32>

  init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

  /// Takes a file's lock, making the file; nil where somebody has it, or it cannot be opened.
  static func take(_ path: String) -> JobLock? {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    // Somebody who only looks has it for a moment.
    for _ in 0..<20 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return JobLock(descriptor: descriptor) }
      usleep(1000)
    }
    close(descriptor)
    return nil
  }

  deinit { release() }

  func release() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }
}
