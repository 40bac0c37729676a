import Glibc
internal import JSON
import JSONRPC
import KernelProtocol

/// A client that asks one thing at a time and waits for the answer.
///
/// It knows the kernel by its wire alone: frames with Content-Length over the child's two pipes.
final class KernelClient {
  private let process: KernelProcess
  private var parser = FrameParser()
  private var waiting: [JSONValue] = []
  private var lastID: Int64 = 0

  /// The kernel's process id.
  var processID: pid_t { process.id }

  /// Requests that were answered.
  private(set) var answered = 0

  /// Starts a kernel and introduces itself.
  /// - Parameter arguments: of `lucarne serve`.
  init(serving arguments: [String], name: String, version: String) throws {
    StandardStreams.ignoreBrokenPipes()
    process = try KernelProcess(arguments: arguments)
    _ = try self(
      Initialize.self,
      Initialize.Params(
        processId: Int(getpid()), clientInfo: .init(name: name, version: version),
        capabilities: [:]))
    try send(method: "initialized", params: [:], id: nil)
  }

  /// Sends a request and waits for its result.
  /// - Throws: `CommandError` when the kernel refuses it, ends, or answers what cannot be read.
  func callAsFunction<R: Request>(_ request: R.Type, _ params: R.Params) throws -> R.Result {
    try finish(R.self, id: start(R.self, params))
  }

  /// Sends a request and does not wait; `finish` does.
  /// - Returns: the request's id.
  func start<R: Request>(_ request: R.Type, _ params: R.Params) throws -> Int64 {
    lastID += 1
    try send(method: R.method, params: JSONValue(encoding: params, path: "params"), id: lastID)
    return lastID
  }

  /// Waits for the result of a request that was started.
  func finish<R: Request>(_ request: R.Type, id: Int64) throws -> R.Result {
    let answer = try receive(id: id, method: R.method)
    answered += 1
    if let failure = answer["error"] {
      throw CommandError.refused(method: R.method, message: Self.text(of: failure))
    }
    do {
      return try (answer["result"] ?? .null).decode(R.Result.self, path: "result")
    } catch {
      throw CommandError.unreadableAnswer(method: R.method, reason: error.description)
    }
  }

  /// Asks for the end of a request that was started.
  func cancel(id: Int64) throws {
    try send(method: "$/cancelRequest", params: ["id": .integer(id)], id: nil)
  }

  /// Ends the kernel the way the protocol asks for, and waits for it.
  func end() throws {
    _ = try self(Shutdown.self, Empty())
    try send(method: "exit", params: [:], id: nil)
    let (isClean, ending) = process.waitForEnd()
    guard isClean else { throw CommandError.kernelEnded(during: "exit", ending: ending) }
  }

  private func send(method: String, params: JSONValue, id: Int64?) throws {
    var message: JSONObject = [
      "jsonrpc": "2.0", "method": .string(method), "params": params,
    ]
    if let id { message["id"] = .integer(id) }
    let body = try JSONValue.object(message).bytes()
    guard process.write(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body) else {
      throw CommandError.kernelEnded(during: method, ending: process.waitForEnd().ending)
    }
  }

  /// Waits for the answer with this id; answers to other requests wait for their turn.
  private func receive(id: Int64, method: String) throws -> JSONValue {
    while true {
      if let place = waiting.firstIndex(where: {
        $0["id"]?.integerValue == id && $0["method"] == nil
      }) {
        return waiting.remove(at: place)
      }
      let bytes = process.read()
      guard !bytes.isEmpty else {
        throw CommandError.kernelEnded(during: method, ending: process.waitForEnd().ending)
      }
      for event in parser.push(bytes) {
        let message = try message(in: event, method: method)
        // Notifications are for other clients.
        if message["id"] != nil { waiting.append(message) }
      }
    }
  }

  private func message(in event: FrameEvent, method: String) throws -> JSONValue {
    switch event {
    case .body(let bytes):
      do {
        return try JSONValue(parsing: bytes)
      } catch {
        throw CommandError.unreadableAnswer(method: method, reason: error.description)
      }
    case .rejected(let failure), .fatal(let failure):
      throw CommandError.unreadableAnswer(method: method, reason: failure.message)
    }
  }

  /// The message of an error and its hint, where it has one.
  private static func text(of failure: JSONValue) -> String {
    let message = failure["message"]?.stringValue ?? "no reason given"
    guard let hint = failure["data"]?["hint"]?.stringValue else { return message }
    return "\(message) (\(hint))"
  }
}
