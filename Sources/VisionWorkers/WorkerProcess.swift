import Glibc
import JSON
import JSONRPC

/// A running worker: one request at a time, each answer a line.
final class WorkerProcess {
  private let process: ChildProcess
  private let tail: ErrorTail
  private let limits: VisionLimits
  private var lastID: Int64 = 0
  private var buffer: [UInt8] = []
  /// Bytes of the buffer that are known to hold no end of a line.
  private var scanned = 0

  var id: pid_t { process.id }

  /// - Parameter command: of a shell; what it starts is a process group of its own.
  init(
    command: String, limits: VisionLimits, log: @escaping @Sendable (String) -> Void
  ) throws(VisionError) {
    do throws(ChildError) {
      // The shell reads the words of the command and becomes it; env sets variables before it.
      process = try ChildProcess(
        "/bin/sh", arguments: ["sh", "-c", "exec env " + command], errors: .piped, ownsGroup: true)
    } catch { throw .cannotStart(reason: error.description) }
    // The thread that reads it closes it: this process may be gone before.
    tail = ErrorTail(descriptor: dup(process.errors), log: log)
    self.limits = limits
  }

  /// Whether it has ended by itself.
  var hasEnded: Bool { process.hasEnded(within: 0) }

  /// Asks and waits.
  ///
  /// - Parameter isStopped: asked while it waits; what was asked is then answered to nobody, and
  ///   the worker must be ended.
  /// - Throws: `VisionError`, all but `refused` of which leave a worker that must be ended;
  ///   `CancellationError`.
  func ask(
    _ method: String, _ params: JSONValue, seconds: Double, isStopped: () -> Bool
  ) throws -> JSONValue {
    lastID += 1
    let message: JSONValue = [
      "jsonrpc": "2.0", "id": .integer(lastID), "method": .string(method), "params": params,
    ]
    let deadline = ContinuousClock.now + .seconds(seconds)
    let isSent = process.write(
      try message.bytes() + [UInt8(ascii: "\n")],
      goesOn: { !isStopped() && ContinuousClock.now < deadline })
    if !isSent, isStopped() { throw CancellationError() }
    guard isSent || ContinuousClock.now < deadline else {
      throw VisionError.tooSlow(during: method, seconds: seconds)
    }
    guard isSent else { throw ended(during: method, closed: "input") }
    let line = try readLine(method, deadline: deadline, seconds: seconds, isStopped: isStopped)
    let answer: JSONValue
    do { answer = try JSONValue(parsing: line, limits: JSONLimits(values: 100_000_000)) } catch {
      throw VisionError.unreadable(during: method, reason: error.description)
    }
    guard answer["id"]?.integerValue == lastID else {
      throw VisionError.unreadable(
        during: method, reason: "its id is \(shortText(of: answer["id"])), expected \(lastID)")
    }
    if let failure = answer["error"] {
      throw VisionError.refused(
        method: method, message: failure["message"]?.stringValue ?? "no reason given")
    }
    guard let result = answer["result"] else {
      throw VisionError.unreadable(during: method, reason: "it has neither a result nor an error")
    }
    return result
  }

  private func readLine(
    _ method: String, deadline: ContinuousClock.Instant, seconds: Double, isStopped: () -> Bool
  ) throws -> [UInt8] {
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        scanned = 0
        return line
      }
      scanned = buffer.count
      guard buffer.count <= limits.answerBytes else {
        throw VisionError.unreadable(
          during: method, reason: "it is longer than \(limits.answerBytes) bytes")
      }
      if isStopped() { throw CancellationError() }
      guard ContinuousClock.now < deadline else {
        throw VisionError.tooSlow(during: method, seconds: seconds)
      }
      guard process.hasOutput(within: 50) else { continue }
      let bytes = process.read()
      guard !bytes.isEmpty else { throw ended(during: method, closed: "output") }
      buffer += bytes
    }
  }

  /// - Parameter stream: which of its streams it has closed.
  private func ended(during method: String, closed stream: String) -> VisionError {
    var ending = "closed its \(stream)"
    if process.hasEnded(within: 1000) {
      ending = process.waitForEnd().ending
    } else {
      // It goes on, and nothing more can come of it.
      process.kill()
      _ = process.waitForEnd()
    }
    return .ended(during: method, ending: ending, tail: tail.text(isEnded: true))
  }

  /// Ends it: by its input's end, and where it does not go, by signals.
  func end() {
    process.closeInput()
    if process.hasEnded(within: Int(limits.endSeconds * 1000)) { return }
    process.kill(SIGTERM)
    if !process.hasEnded(within: 500) { process.kill() }
    _ = process.waitForEnd()
  }
}

/// A value as JSON, shortened, for a message.
func shortText(of value: JSONValue?) -> String {
  guard let value, let bytes = try? value.bytes() else { return "absent" }
  return String(String(decoding: bytes, as: UTF8.self).prefix(100))
}
