import Glibc
import JSON
package import JSONRPC

/// A server of the Model Context Protocol on two descriptors: one message a line, in
/// either of the protocol's eras.
///
/// It answers nothing about the model itself: every tool asks a kernel. The reader (the thread that
/// calls `run`) never waits; each call of a tool has a thread of its own.
package final class AgentServer: Sendable {
  package typealias Log = @Sendable (LogLevel, String) -> Void

  let kernel: KernelLink
  let options: AgentOptions
  let identity: ServerIdentity
  let output: OutputQueue
  let replies: Replies
  let table: CallTable
  let held = HeldCalls()
  let log: Log
  private let input: Int32
  private let wake: WakePipe

  /// - Parameters:
  ///   - input: the descriptor that messages are read from.
  ///   - output: the descriptor that messages are written to; nothing else may write there.
  ///   - log: takes what is worth a line on standard error; called from several threads.
  /// - Returns: nil where the process has no descriptor left.
  package init?(
    input: Int32, output descriptor: Int32, kernel: KernelLink, options: AgentOptions,
    log: @escaping Log = { _, _ in }
  ) {
    guard let wake = WakePipe() else { return nil }
    let output = OutputQueue(descriptor: descriptor, limit: 256 << 20) { reason in
      log(.warning, reason)
      wake.send(.clientGone)
    }
    guard let output else { return nil }
    output.use(.lines)
    self.input = input
    self.kernel = kernel
    self.options = options
    self.output = output
    self.wake = wake
    self.log = log
    identity = ServerIdentity(version: options.version)
    replies = Replies(output: output)
    table = CallTable(output: output, replies: replies)
  }

  /// Serves the client until it leaves; the end of input is the end.
  /// - Returns: the process's exit code.
  package func run() -> Int32 {
    do throws(ResponseFailure) {
      _ = try kernel.ask("initialize", ["clientInfo": ["name": "lucarne mcp"]])
    } catch {
      log(.error, "the kernel does not answer: \(error.message)")
      return 1
    }
    let isOrderly = read()
    // A script of lines has not seen its answers yet; a client that ends the
    // session does not wait for them.
    if isOrderly { table.waitUntilEmpty(seconds: 1) }
    table.cancelAll()
    held.cancelAll()
    if !output.close(waiting: 0.5) { log(.warning, "some output was never read") }
    return isOrderly ? 0 : 1
  }

  /// Ends the session. May be called from any thread and from a signal handler.
  package func stop() { wake.send(.stop) }

  /// Reads to the end.
  /// - Returns: whether it is the client's or the process's wish.
  private func read() -> Bool {
    var parser = FrameParser(
      limits: FramingLimits(body: options.messageBytes), framing: .lines)
    var session = AgentSession(self)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var descriptors = [
        pollfd(fd: wake.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: input, events: Int16(POLLIN), revents: 0),
      ]
      guard unsafe poll(&descriptors, 2, -1) > 0 else { continue }
      if descriptors[0].revents != 0 {
        for signal in wake.take() where signal != .look { return signal == .stop }
      }
      guard descriptors[1].revents != 0 else { continue }
      let count = unsafe Glibc.read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { break }
      for event in parser.push(buffer[..<count]) { session.take(event) }
    }
    if let last = parser.finish() { session.take(last) }
    return true
  }

  // MARK: Answering

  func answer(_ id: RequestID?, _ result: JSONValue) {
    replies.send(Self.body(id, result), of: id)
  }

  func refuse(_ id: RequestID?, _ failure: ResponseFailure) {
    replies.send(Envelope.response(id: id, failure: failure), of: id)
  }

  /// Runs a request on threads of its own: one works, one answers, at the
  /// latest when patience ends.
  /// - Parameters:
  ///   - isHeld: whether work that goes on then is kept under a name, as tools' is.
  ///   - body: works, and leaves the outcome with the work.
  ///   - reply: makes the outcome a response.
  func start(
    _ id: RequestID, _ work: Work, isHeld: Bool, body: @escaping @Sendable () -> Void,
    reply: @escaping @Sendable (Result<ToolResult, ToolFailure>) -> [UInt8]
  ) {
    guard table.enter(id, work, limit: options.openCalls) else {
      let failure = ToolFailure(
        "busy: \(options.openCalls) calls are open already",
        next: "Wait for answers, then call again.")
      replies.send(reply(.failure(failure)), of: id)
      return
    }
    Thread.start(name: "tool", stackBytes: 4 << 20, body: body)
    Thread.start(name: "call", stackBytes: 1 << 20) { [self] in
      let patience = isHeld ? options.patience : 600
      if let outcome = work.wait(seconds: patience) {
        table.answer(id, reply(outcome))
      } else if !isHeld {
        work.cancel()
        table.answer(
          id,
          reply(.failure(ToolFailure("not done after \(figure(patience)) s", next: "Ask again."))))
      } else if table.contains(id) {
        table.answer(id, reply(.success(Self.promise(held.hold(work), after: patience))))
      }
    }
  }

  /// What a call that takes long is answered with.
  private static func promise(_ name: String, after patience: Double) -> ToolResult {
    let message =
      "Not done after \(figure(patience)) s; it continues as \(name). "
      + "Call job_get with this job_id for the result, job_cancel to end it."
    return ToolResult(
      message, ["job_id": .string(name), "state": "running", "message": .string(message)])
  }

  static func body(_ id: RequestID?, _ result: JSONValue) -> [UInt8] {
    do throws(JSONError) {
      return try Envelope.response(id: id, result: result)
    } catch {
      return Envelope.response(id: id, failure: .internalError("the result: \(error)"))
    }
  }
}
