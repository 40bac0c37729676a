import Glibc
package import JSON
package import JSONRPC
import KernelProtocol

/// A kernel as its client sees it, over two descriptors, asked by many threads at a time.
///
/// It knows the kernel by its wire alone: whether it runs in this process or another does not show.
package final class KernelLink: Sendable {
  /// What is known of a request that was sent.
  private struct Sent {
    var outcome: Result<JSONValue, ResponseFailure>?
    let report: @Sendable (KernelProgress) -> Void
  }

  private struct State {
    var lastID: Int64 = 0
    var sent: [Int64: Sent] = [:]
    var isClosed = false
  }

  private let input: Int32
  private let output: OutputQueue
  private let state = Monitor(State())

  /// - Parameters:
  ///   - input: the descriptor that the kernel's messages come from; read until
  ///     its end, then closed.
  ///   - output: the descriptor that leads to the kernel; a duplicate is used.
  /// - Returns: nil where the process has no descriptor left.
  package init?(input: Int32, output descriptor: Int32) {
    self.input = input
    guard let output = OutputQueue(descriptor: descriptor, limit: 256 << 20, onBreak: { _ in })
    else { return nil }
    self.output = output
    Thread.start(name: "kernel link") { [self] in read() }
  }

  /// Sends a request and waits for its outcome.
  /// - Parameters:
  ///   - report: takes the progress of the request, on the link's thread.
  ///   - sent: takes the request's id before it leaves; where it returns false nothing is sent.
  /// - Throws: the kernel's failure; `FailureCode.cancelled` where nothing was sent.
  package func ask(
    _ method: String, _ params: JSONObject,
    report: @escaping @Sendable (KernelProgress) -> Void = { _ in },
    sent: (Int64) -> Bool = { _ in true }
  ) throws(ResponseFailure) -> JSONValue {
    let id = state.update { state in
      state.lastID += 1
      state.sent[state.lastID] = Sent(report: report)
      return state.lastID
    }
    defer { state.update { $0.sent[id] = nil } }
    guard sent(id) else { throw .cancelled }
    var params = params
    params["workDoneToken"] = .integer(id)
    try send([
      "jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": .object(params),
    ])
    let outcome: Result<JSONValue, ResponseFailure> = state.wait { state in
      if let outcome = state.sent[id]?.outcome { return outcome }
      return state.isClosed ? .failure(.internalError("the kernel has ended")) : nil
    }
    return try outcome.get()
  }

  /// Asks the kernel to give a request up; its outcome still comes.
  package func cancel(_ id: Int64) {
    try? send([
      "jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": .integer(id)],
    ])
  }

  private func send(_ message: JSONValue) throws(ResponseFailure) {
    do throws(JSONError) {
      output.send(try message.bytes())
    } catch {
      throw .invalidRequest("the request cannot be written: \(error)")
    }
  }

  // MARK: Reading

  private func read() {
    var parser = FrameParser(framing: .headers)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      for case .body(let bytes) in parser.push(buffer[..<count]) {
        if let message = try? JSONValue(parsing: bytes) { take(message) }
      }
    }
    close(input)
    state.update { $0.isClosed = true }
  }

  private func take(_ message: JSONValue) {
    if let id = message["id"]?.integerValue {
      state.update { $0.sent[id]?.outcome = Self.outcome(message) }
    } else if message["method"] == "$/progress", let params = message["params"],
      let id = params["token"]?.integerValue, let value = params["value"],
      let progress = KernelProgress(value)
    {
      state.read { $0.sent[id] }?.report(progress)
    }
  }

  private static func outcome(_ message: JSONValue) -> Result<JSONValue, ResponseFailure> {
    guard let failure = message["error"] else { return .success(message["result"] ?? .null) }
    return .failure(
      ResponseFailure(
        code: Int(failure["code"]?.integerValue ?? Int64(FailureCode.internalError)),
        message: failure["message"]?.stringValue ?? "no reason given", data: failure["data"]))
  }
}

/// How far a request of the kernel is.
package struct KernelProgress: Sendable, Equatable {
  package var title: String?
  package var message: String?
  /// Of 100.
  package var percentage: Double?

  /// - Returns: nil for the end of a progress.
  init?(_ value: JSONValue) {
    guard value["kind"] != "end" else { return nil }
    title = value["title"]?.stringValue
    message = value["message"]?.stringValue
    percentage = value["percentage"]?.numberValue
  }
}
