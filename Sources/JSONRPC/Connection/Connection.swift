import Glibc
package import JSON

/// One client over a pair of descriptors: Base Protocol 0.9, from the first byte to the exit code.
///
/// Four threads share the work. The reader (the thread that calls `run`) takes messages, decides
/// their order and handles cancellation before anything else; it never waits for output. The
/// control and the engine lane answer. The writer sends. The connection knows no method but those
/// of the base protocol; the rest is the handler's.
package final class Connection: Sendable {
  package typealias Log = @Sendable (LogLevel, String) -> Void

  let input: Int32
  let limits: ConnectionLimits
  let handler: any RequestHandler
  /// Whose connection it is.
  package let client: ClientID
  package let lanes: Lanes
  package let log: Log
  let output: OutputQueue
  let table: RequestTable
  let trace: Trace
  let wake: WakePipe
  /// Whether one socket carries both ways, so that its hanging up means that nobody reads any more.
  let isOneSocket: Bool
  private let clientProcess: Int64?
  private let requestCount = Monitor(0)

  /// - Parameters:
  ///   - input: the descriptor that messages are read from.
  ///   - output: the descriptor that messages are written to; nothing else may write there.
  ///   - client: whose connection it is, where several share a handler.
  ///   - clientProcess: a process whose end ends the connection, beside `initialize`'s processId.
  ///   - log: takes what is worth a line on standard error; called from several threads.
  /// - Returns: nil where the process has no descriptor left.
  package init?(
    input: Int32, output descriptor: Int32, handler: any RequestHandler, lanes: Lanes,
    limits: ConnectionLimits = ConnectionLimits(), client: ClientID = .only,
    clientProcess: Int64? = nil, log: @escaping Log = { _, _ in }
  ) {
    guard let wake = WakePipe() else { return nil }
    self.input = input
    self.handler = handler
    self.lanes = lanes
    self.limits = limits
    self.client = client
    isOneSocket = input == descriptor
    self.clientProcess = clientProcess
    self.log = log
    self.wake = wake
    let output = OutputQueue(descriptor: descriptor, limit: limits.unreadOutput) { reason in
      log(.warning, reason)
      wake.send(.clientGone)
    }
    guard let output else { return nil }
    self.output = output
    trace = Trace(output: output)
    table = RequestTable(output: output, trace: trace) { wake.send(.look) }
  }

  /// Serves the client until it leaves.
  /// - Returns: the process's exit code: 0 after a `shutdown`, else 1.
  package func run() -> Int32 {
    var session = Session(connection: self, clientProcess: clientProcess)
    let code = session.run()
    table.end()
    lanes.control.drop(client)
    lanes.index.drop(client)
    lanes.engine.drop(client)
    // A client that does not read must not keep the process alive.
    if !output.close(waiting: 1) { log(.warning, "some output was never read") }
    return code
  }

  /// How many requests wait for the engine.
  package var waitingCount: Int { table.waitingCount(.engine) }

  /// Ends the connection as `shutdown` and `exit` would. May be called from any thread and from a
  /// signal handler.
  package func stop() { wake.send(.stop) }

  /// Sends a notification of the kernel's own.
  /// - Parameter key: while it waits, a later notification of the same key takes its place.
  package func notify(_ method: String, _ params: JSONValue, replacing key: String? = nil) {
    do throws(JSONError) {
      let body = try Envelope.notification(method: method, params: params)
      output.send(body, replacing: key)
    } catch {
      log(.error, "\(method) was not sent: \(error)")
    }
  }

  /// Asks the client for something whose answer makes no difference; it is dropped.
  package func request(_ method: String, _ params: JSONValue) {
    let number = requestCount.update { count in
      count += 1
      return count
    }
    do throws(JSONError) {
      let id = RequestID.string("kernel-\(number)")
      output.send(try Envelope.request(id: id, method: method, params: params))
    } catch {
      log(.error, "\(method) was not sent: \(error)")
    }
  }

  // MARK: Requests

  /// Enters a request and hands it to its lane. Runs on the reader.
  /// - Parameters:
  ///   - byteCount: the size of its message.
  ///   - lane: nil where there is no such method.
  /// - Returns: whether it has been answered with a result already.
  @discardableResult
  func accept(
    id: RequestID, method: String, params: JSONValue, byteCount: Int, lane: Lane?
  ) -> Bool {
    guard let lane else { return refuse(id, .methodNotFound(method)) }
    guard case .object = params else {
      let error = WireError.mismatch(path: "params", expected: "object", found: params.summary)
      return refuse(id, .invalidParams(error))
    }
    let options: RequestOptions
    do throws(WireError) {
      options = try RequestOptions(params: params)
    } catch {
      return refuse(id, .invalidParams(error))
    }
    let exchange = Exchange(
      id: id, method: method, lane: lane, order: handler.order(of: method), byteCount: byteCount,
      options: options, table: table)
    let limit = limits.requests(in: lane)
    guard table.enter(exchange, limit: limit, bytes: limits.openBytes) else {
      return refuse(
        id,
        .requestFailed(
          kind: "busy",
          message: "\(limit) requests are waiting already, or too many bytes of them",
          retryable: true,
          hint: "wait for answers before asking more"))
    }
    let call = Call(exchange: exchange, params: params, options: options, client: client)
    handler.arrived(call)
    switch lane {
    case .immediate: return perform(call, exchange)
    case .control, .index, .engine:
      table.begin(exchange) { [self] in
        lanes.queue(of: lane)?.submit(for: client) { [self] in perform(call, exchange) }
      }
    case .waiting:
      let isStarted = Thread.tryStart(name: "wait", stackBytes: 1 << 20) { [self] in
        perform(call, exchange)
      }
      if !isStarted {
        table.leaveQueue(.waiting)
        call.fail(
          .requestFailed(
            kind: "busy", message: "no thread is left to wait on", retryable: true,
            hint: "wait for answers before asking more"))
      }
    }
    return false
  }

  /// - Returns: false: this is no result.
  @discardableResult
  func refuse(_ id: RequestID?, _ failure: ResponseFailure) -> Bool {
    output.send(Envelope.response(id: id, failure: failure))
    return false
  }

  /// Answers a request. Runs on its lane.
  /// - Returns: whether there was a result.
  @discardableResult
  private func perform(_ call: Call, _ exchange: Exchange) -> Bool {
    // What waits on a thread of its own counts until it is answered: the
    // threads are what is limited.
    defer { if exchange.lane == .waiting { table.leaveQueue(.waiting) } }
    if exchange.lane != .waiting { table.leaveQueue(exchange.lane) }
    guard exchange.begin() else { return false }
    return answer(call) { try handler.answer($0) }
  }

  /// - Returns: whether there was a result already.
  @discardableResult
  private func answer(_ call: Call, _ body: (Call) throws -> JSONValue) -> Bool {
    do {
      try call.checkStop()
      call.reply(try body(call))
      return true
    } catch let rest as RequestContinuation {
      lanes.queue(of: rest.lane)?.submit(for: client) { [self] in answer(call, rest.answer) }
      return false
    } catch {
      call.fail(failure(for: error, of: call))
      return false
    }
  }

  private func failure(for error: any Error, of call: Call) -> ResponseFailure {
    if call.isCancelled { return call.stopFailure }
    switch error {
    case let failure as ResponseFailure: return failure
    case let error as any FailureConvertible: return error.failure
    case let error as WireError: return .invalidParams(error)
    case is CancellationError: return call.stopFailure
    default:
      let reference = String(UInt32.random(in: 0...UInt32.max), radix: 16)
      log(.error, "\(reference): \(call.method) failed: \(error)")
      return .internalError("internal error \(reference); the kernel's log has the details")
    }
  }
}
