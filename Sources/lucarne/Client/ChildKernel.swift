import Glibc
internal import JSON
import JSONRPC
import KernelProtocol

/// A client of a kernel that it starts itself. Calling it sends a request and waits for the answer;
/// `start` and `outcome` do the two apart, so that others can be sent in between.
///
/// It knows the kernel by its wire alone: frames with Content-Length over the child's two pipes.
final class ChildKernel {
  /// A request that was sent.
  struct Sent<R: Request> {
    fileprivate let id: Int64
  }

  /// What a request that may have been cancelled came to.
  enum Outcome<Result> {
    case result(Result)
    case cancelled
  }

  private let process: ChildProcess
  private var parser = FrameParser()
  private var answers: [Int64: JSONValue] = [:]
  private var lastID: Int64 = 0

  /// The kernel's process id.
  var processID: pid_t { process.id }

  /// Requests that were answered.
  private(set) var answered = 0

  /// Starts a kernel and introduces itself.
  /// - Parameter arguments: of `lucarne serve`.
  init(serving arguments: [String], name: String, version: String) throws {
    StandardStreams.ignoreBrokenPipes()
    do throws(ChildError) {
      process = try ChildProcess("/proc/self/exe", arguments: ["lucarne", "serve"] + arguments)
    } catch { throw ClientError.cannotStart(reason: error.description) }
    _ = try self(
      Initialize.self,
      Initialize.Params(
        processId: Int(getpid()), clientInfo: .init(name: name, version: version),
        capabilities: [:]))
    try send(method: "initialized", params: [:], id: nil)
  }

  /// Sends a request and waits for its result.
  /// - Throws: `ClientError` when the kernel refuses it, ends, or answers what cannot be read.
  func callAsFunction<R: Request>(_ request: R.Type, _ params: R.Params) throws -> R.Result {
    switch try outcome(of: start(request, params)) {
    case .result(let result): return result
    case .cancelled: throw ClientError.refused(method: R.method, message: "it was cancelled")
    }
  }

  /// Sends a request and does not wait.
  func start<R: Request>(_ request: R.Type, _ params: R.Params) throws -> Sent<R> {
    lastID += 1
    try send(method: R.method, params: JSONValue(encoding: params, path: "params"), id: lastID)
    return Sent(id: lastID)
  }

  /// Asks the kernel to give a request up.
  func cancel<R>(_ sent: Sent<R>) throws {
    try send(method: "$/cancelRequest", params: ["id": .integer(sent.id)], id: nil)
  }

  /// Whether the answer has come.
  func isAnswered<R: Request>(_ sent: Sent<R>) throws -> Bool {
    while answers[sent.id] == nil, process.hasOutput() { try readMore(method: R.method) }
    return answers[sent.id] != nil
  }

  /// Waits for the answer to a request that was sent; may be asked once.
  func outcome<R: Request>(of sent: Sent<R>) throws -> Outcome<R.Result> {
    let answer = try receive(id: sent.id, method: R.method)
    answered += 1
    if let failure = answer["error"] {
      if failure["code"]?.integerValue == -32800 { return .cancelled }
      throw ClientError.refused(method: R.method, message: Self.text(of: failure))
    }
    do {
      return .result(try (answer["result"] ?? .null).decode(R.Result.self, path: "result"))
    } catch {
      throw ClientError.unreadableAnswer(method: R.method, reason: error.description)
    }
  }

  /// Ends the kernel the way the protocol asks for, and waits for it.
  func end() throws {
    _ = try self(Shutdown.self, Empty())
    try send(method: "exit", params: [:], id: nil)
    let (isClean, ending) = process.waitForEnd()
    guard isClean else { throw ClientError.kernelEnded(during: "exit", ending: ending) }
  }

  private func send(method: String, params: JSONValue, id: Int64?) throws {
    var message: JSONObject = [
      "jsonrpc": "2.0", "method": .string(method), "params": params,
    ]
    if let id { message["id"] = .integer(id) }
    let body = try JSONValue.object(message).bytes()
    guard process.write(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body) else {
      throw ClientError.kernelEnded(during: method, ending: process.waitForEnd().ending)
    }
  }

  /// Waits for the answer with this id and keeps those of others;
  /// notifications are for other clients.
  private func receive(id: Int64, method: String) throws -> JSONValue {
    while true {
      if let answer = answers.removeValue(forKey: id) { return answer }
      try readMore(method: method)
    }
  }

  private func readMore(method: String) throws {
    let bytes = process.read()
    guard !bytes.isEmpty else {
      throw ClientError.kernelEnded(during: method, ending: process.waitForEnd().ending)
    }
    for event in parser.push(bytes) {
      let message = try message(in: event, method: method)
      if let id = message["id"]?.integerValue, message["method"] == nil { answers[id] = message }
    }
  }

  private func message(in event: FrameEvent, method: String) throws -> JSONValue {
    switch event {
    case .body(let bytes):
      do {
        return try JSONValue(parsing: bytes)
      } catch {
        throw ClientError.unreadableAnswer(method: method, reason: error.description)
      }
    case .rejected(let failure), .oversized(let failure, _), .fatal(let failure):
      throw ClientError.unreadableAnswer(method: method, reason: failure.message)
    }
  }

  /// The message of an error and its hint, where it has one.
  private static func text(of failure: JSONValue) -> String {
    let message = failure["message"]?.stringValue ?? "no reason given"
    guard let hint = failure["data"]?["hint"]?.stringValue else { return message }
    return "\(message) (\(hint))"
  }
}
