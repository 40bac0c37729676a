import FoundationEssentials
import Glibc
import JSON
import JSONRPC

/// Other people's models for pictures, in a process of their own: boxes of what a phrase names, the
/// masks in boxes, vectors of pictures and texts.
///
/// The process starts when it is first asked, and again where it has died: what it was asked then
/// is asked once more. Several threads may ask; one at a time is served.
package final class VisionWorker: Sendable {
  package static let protocolVersion = 1
  /// Pictures or texts that go into one request.
  package static let batch = 16

  /// What `kernel/status` tells.
  package struct Status: Sendable {
    package var command: String
    /// nil while none runs.
    package var process: Int?
    package var facts: VisionFacts?
    /// Resident bytes, as the system counts them.
    package var memory: Int?
    /// Why it did not do what it was last asked for.
    package var failure: String?
    /// Workers that were started.
    package var starts: Int
  }

  private struct State {
    /// Whether somebody asks: nobody else touches `worker` then.
    var isBusy = false
    var worker: WorkerProcess?
    var process: pid_t?
    var facts: VisionFacts?
    var failure: String?
    var starts = 0
    var isStopped = false
  }

  package let command: String
  private let limits: VisionLimits
  private let log: @Sendable (String) -> Void
  private let state = Monitor(State())

  /// - Parameters:
  ///   - command: of a shell, such as `python -m lucarne_vision --clip DIR`.
  ///   - log: gets what the worker writes to standard error, line by line.
  package init(
    command: String, limits: VisionLimits = VisionLimits(),
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.command = command
    self.limits = limits
    self.log = log
  }

  deinit { state.read { $0.worker }?.end() }

  package var status: Status {
    let state = state.read { $0 }
    return Status(
      command: command, process: state.process.map { Int($0) }, facts: state.facts,
      memory: state.process.flatMap(residentBytes), failure: state.failure, starts: state.starts)
  }

  /// What it can do and by which models; starts it where it does not run.
  package func facts(isStopped: () -> Bool) throws -> VisionFacts {
    try alone(isStopped: isStopped) { $0.facts }
  }

  /// Ends the process. Nothing can be asked any more.
  package func stop() {
    let id: pid_t? = state.update { state in
      state.isStopped = true
      return state.isBusy ? state.process : nil
    }
    // Whoever waits for it sees its end.
    if let id { kill(-id, SIGKILL) }
    _ = state.wait(seconds: 5) { !$0.isBusy }
    let isTaken = state.update { state in
      defer { state.isBusy = true }
      return !state.isBusy
    }
    guard isTaken else { return }
    discard()
    state.update { $0.isBusy = false }
  }

  // MARK: Asking

  // Each takes what the worker said of itself when the caller began, so that another that was
  // started since by other models does not answer for it; nil: whichever runs.

  /// Where each phrase is seen in each picture: boxes of at least `threshold`, the best first.
  package func ground(
    _ items: [(picture: VisionPicture, phrases: [String])], threshold: Double,
    began: VisionFacts? = nil, isStopped: () -> Bool
  ) throws -> [VisionResult<[VisionBox]>] {
    try ask(
      "ground", items, more: ["threshold": .number(threshold)], began: began,
      isStopped: isStopped
    ) {
      ["image": $0.picture.wire, "phrases": .array($0.phrases.map { .string($0) })]
    } read: { item, value, _ throws(VisionItemError) in
      try VisionAnswer.boxes(value, phrases: item.phrases.count, picture: item.picture)
    }
  }

  /// What is in each box of each picture: a mask a box.
  package func segment(
    _ items: [(picture: VisionPicture, boxes: [VisionBox])], began: VisionFacts? = nil,
    isStopped: () -> Bool
  ) throws -> [VisionResult<[VisionMask]>] {
    try ask("segment", items, more: [:], began: began, isStopped: isStopped) { item in
      [
        "image": item.picture.wire,
        "boxes": .array(item.boxes.map { .array($0.corners.map { .number($0) }) }),
      ]
    } read: { item, value, _ throws(VisionItemError) in
      try VisionAnswer.masks(value, boxes: item.boxes.count, picture: item.picture)
    }
  }

  /// Vectors of pictures, as the model gives them: not of length 1.
  package func embed(
    pictures: [VisionPicture], began: VisionFacts? = nil, isStopped: () -> Bool
  ) throws -> [VisionResult<[Float]>] {
    try ask("embed", pictures, list: "images", more: [:], began: began, isStopped: isStopped) {
      $0.wire
    } read: { _, value, facts throws(VisionItemError) in
      try VisionAnswer.vector(value, dimensions: facts.dimensions)
    }
  }

  package func embed(
    texts: [String], began: VisionFacts? = nil, isStopped: () -> Bool
  ) throws -> [VisionResult<[Float]>] {
    try ask("embed", texts, list: "texts", more: [:], began: began, isStopped: isStopped) {
      .string($0)
    } read: { _, value, facts throws(VisionItemError) in
      try VisionAnswer.vector(value, dimensions: facts.dimensions)
    }
  }

  private func ask<Item, Value>(
    _ method: String, _ items: [Item], list: String = "items", more: JSONObject,
    began: VisionFacts?, isStopped: () -> Bool, write: (Item) -> JSONValue,
    read: (Item, JSONValue, VisionFacts) throws(VisionItemError) -> Value
  ) throws -> [VisionResult<Value>] {
    var results: [VisionResult<Value>] = []
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let part = items[start..<min(start + Self.batch, items.count)]
      var params = more
      params[list] = .array(part.map(write))
      results += try alone(isStopped: isStopped) { worker in
        let facts = began ?? worker.facts
        let answer = try worker.ask(method, .object(params), isStopped: isStopped)
        try VisionAnswer.check(answer, to: method, of: facts)
        return try VisionAnswer.results(answer, of: Array(part), method: method) {
          item, value throws(VisionItemError) in
          try read(item, value, facts)
        }
      }
    }
    return results
  }

  // MARK: The process

  /// Runs `body` with a worker that runs, while nobody else asks it.
  private func alone<Result>(
    isStopped: () -> Bool, _ body: (AskedWorker) throws -> Result
  ) throws -> Result {
    try take(isStopped: isStopped)
    defer { state.update { $0.isBusy = false } }
    do {
      do { return try body(try started(isStopped: isStopped)) } catch VisionError.ended(
        let method, _, _) where method != "initialize"
      {
        // It may have been ended by somebody, or by want of memory: once more, with another.
        discard()
        return try body(try started(isStopped: isStopped))
      }
    } catch {
      if let error = error as? VisionError {
        state.update { $0.failure = error.description }
        switch error {
        case .refused, .cannotDo: break
        default: discard()
        }
      } else {
        // What it still answers would be read as the answer to something else.
        discard()
      }
      throw error
    }
  }

  private func take(isStopped: () -> Bool) throws {
    while true {
      let (isTaken, isOver) = state.update { state in
        guard !state.isStopped else { return (false, true) }
        defer { state.isBusy = true }
        return (!state.isBusy, false)
      }
      if isTaken { return }
      if isOver || isStopped() { throw CancellationError() }
      _ = state.wait(seconds: 0.1) { !$0.isBusy }
    }
  }

  private func started(isStopped: () -> Bool) throws -> AskedWorker {
    if let (worker, facts) = state.read({ state in state.worker.map { ($0, state.facts) } }),
      let facts, !worker.hasEnded
    {
      return AskedWorker(worker: worker, facts: facts, seconds: limits.requestSeconds)
    }
    discard()
    let worker = try WorkerProcess(command: command, limits: limits, log: log)
    let isOver = state.update { state in
      (state.worker, state.process) = (worker, worker.id)
      state.starts += 1
      return state.isStopped
    }
    if isOver { throw CancellationError() }
    let answer = try worker.ask(
      "initialize", ["protocol": .integer(Int64(Self.protocolVersion))],
      seconds: limits.startSeconds, isStopped: isStopped)
    let facts = try VisionAnswer.facts(answer)
    state.update { ($0.facts, $0.failure) = (facts, nil) }
    return AskedWorker(worker: worker, facts: facts, seconds: limits.requestSeconds)
  }

  private func discard() {
    let worker = state.update { state in
      defer { (state.worker, state.process, state.facts) = (nil, nil, nil) }
      return state.worker
    }
    worker?.end()
  }

  private func residentBytes(_ id: pid_t) -> Int? {
    var text = [UInt8](repeating: 0, count: 256)
    let descriptor = unsafe open("/proc/\(id)/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let count = unsafe read(descriptor, &text, text.count)
    let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    return words.dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) }
  }
}

/// A worker that runs and has said what it can do.
private struct AskedWorker {
  let worker: WorkerProcess
  let facts: VisionFacts
  let seconds: Double

  func ask(_ method: String, _ params: JSONValue, isStopped: () -> Bool) throws -> JSONValue {
    guard facts.methods.contains(method) else {
      throw VisionError.cannotDo(method: method, worker: facts.name)
    }
    return try worker.ask(method, params, seconds: seconds, isStopped: isStopped)
  }
}

extension VisionPicture {
  var wire: JSONValue { ["bytes": .string(Data(bytes).base64EncodedString())] }
}
