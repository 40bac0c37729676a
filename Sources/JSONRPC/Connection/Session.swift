import Glibc
internal import JSON

/// The reader's side of a connection: the life cycle, message by message.
struct Session {
  private enum Phase {
    case awaitingInitialize, running, shutDown
  }

  /// The end of the session, once it is in sight.
  private struct Ending {
    let code: Int32
    /// When to end even if requests are still open; nil: never.
    let latest: ContinuousClock.Instant?
  }

  private let connection: Connection
  private var parser: FrameParser
  private var phase = Phase.awaitingInitialize
  private var ending: Ending?
  private var isAtEndOfInput = false
  private var parent: ParentWatch?
  private var lastInput = ContinuousClock.now
  private var hasWarnedOfPartialFrame = false

  init(connection: Connection, clientProcess: Int64?) {
    self.connection = connection
    parser = FrameParser(limits: connection.limits.framing)
    parent = clientProcess.flatMap(ParentWatch.init(processID:))
  }

  /// Reads until the session is over; returns the exit code.
  mutating func run() -> Int32 {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      if let ending {
        let isLate = ending.latest.map { $0 <= .now } ?? false
        if isLate || connection.table.isEmpty { return ending.code }
      }
      let (hasInput, signals) = wait()
      for signal in signals {
        switch signal {
        case .look: break
        case .stop: stop()
        case .clientGone: return 1
        }
      }
      if let parent, !parent.isAlive {
        connection.log(.warning, "the client's process is gone")
        return 1
      }
      if hasInput { read(&buffer) } else { warnOfPartialFrame() }
    }
  }

  // MARK: Input

  private mutating func wait() -> (hasInput: Bool, signals: [WakePipe.Signal]) {
    var descriptors = [
      pollfd(fd: connection.wake.input, events: Int16(POLLIN), revents: 0),
      // A negative descriptor is not looked at; one without events is asked
      // only whether it hung up.
      pollfd(
        fd: isAtEndOfInput && !connection.isOneSocket ? -1 : connection.input,
        events: isAtEndOfInput ? 0 : Int16(POLLIN), revents: 0),
    ]
    var timeout: Int32 = parser.isInsideFrame ? 10_000 : -1
    if parent != nil { timeout = 1000 }
    if ending?.latest != nil { timeout = 50 }
    let count = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout)
    guard count > 0 else { return (false, []) }
    let signals = descriptors[0].revents != 0 ? connection.wake.take() : []
    if isAtEndOfInput, descriptors[1].revents != 0 { return (false, signals + [.clientGone]) }
    return (descriptors[1].revents != 0, signals)
  }

  private mutating func read(_ buffer: inout [UInt8]) {
    let count = unsafe Glibc.read(connection.input, &buffer, buffer.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    lastInput = .now
    guard count > 0 else { return endInput() }
    take(parser.push(buffer[..<count]))
  }

  private mutating func take(_ events: [FrameEvent]) {
    if let framing = parser.framing { connection.output.use(framing) }
    for event in events {
      switch event {
      case .body(let bytes): receive(bytes)
      case .rejected(let failure):
        connection.log(.warning, failure.message)
        connection.refuse(nil, failure)
      case .oversized(let failure, let beginning):
        connection.log(.warning, failure.message)
        connection.refuse(openID(in: beginning), failure)
      case .fatal(let failure):
        connection.log(.error, failure.message)
        connection.refuse(nil, failure)
        isAtEndOfInput = true
        ending = Ending(code: 1, latest: .now)
        return
      }
    }
  }

  /// The end of input counts as `exit`. A script of lines has by then asked everything it wants, so
  /// that its requests are still answered.
  private mutating func endInput() {
    isAtEndOfInput = true
    if parser.isInsideFrame, parser.framing == .headers {
      connection.log(.warning, "the input ends inside a message")
    }
    if let last = parser.finish() { take([last]) }
    if parser.framing != .lines, phase != .shutDown {
      ending = ending ?? Ending(code: 1, latest: .now)
    } else {
      exit()
    }
  }

  private mutating func warnOfPartialFrame() {
    guard parser.isInsideFrame, ContinuousClock.now - lastInput >= .seconds(10) else { return }
    if !hasWarnedOfPartialFrame {
      connection.log(.warning, "a message has been incomplete for 10 s; was its length miscounted?")
    }
    hasWarnedOfPartialFrame = true
  }

  /// The id of a message that cannot be read. One that another request is open
  /// under is not answered twice.
  private func openID(in bytes: [UInt8]) -> RequestID? {
    IDScanner.id(in: bytes).flatMap { connection.table.contains($0) ? nil : $0 }
  }

  // MARK: Messages

  private mutating func receive(_ bytes: [UInt8]) {
    hasWarnedOfPartialFrame = false
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: bytes, limits: connection.limits.json)
    } catch {
      connection.refuse(openID(in: bytes), .parseError("invalid JSON: \(error)"))
      return
    }
    do throws(Message.Malformed) {
      switch try Message(value) {
      case .request(let id, let method, let params):
        connection.trace.received(method: method, id: id, params: params)
        receive(request: id, method: method, params: params, byteCount: bytes.count)
      case .notification(let method, let params):
        connection.trace.received(method: method, id: nil, params: params)
        receive(notification: method, params: params)
      case .response(let id):
        connection.log(.debug, "dropped a response to \(id.summary), which was never asked")
      }
    } catch {
      connection.refuse(error.id, error.failure)
    }
  }

  private mutating func receive(
    request id: RequestID, method: String, params: JSONValue, byteCount: Int
  ) {
    if connection.table.contains(id) {
      connection.refuse(id, .invalidRequest("request \(id) is still open"))
      return
    }
    switch (phase, method) {
    case (.shutDown, _):
      connection.refuse(id, .invalidRequest("no request is taken after \"shutdown\""))
    case (.awaitingInitialize, "initialize"): initialize(id, params, byteCount)
    case (.awaitingInitialize, _): connection.refuse(id, .notInitialized)
    case (.running, "initialize"):
      connection.refuse(id, .invalidRequest("\"initialize\" may be sent once"))
    case (.running, "shutdown"): shutDown(id)
    case (.running, _):
      let lane = connection.handler.lane(of: method)
      connection.accept(
        id: id, method: method, params: params, byteCount: byteCount, lane: lane)
    }
  }

  private mutating func receive(notification method: String, params: JSONValue) {
    switch method {
    case "exit": exit()
    case "$/cancelRequest":
      if let id = params["id"].flatMap(RequestID.init) { connection.table.cancel(id) }
    case "$/setTrace": connection.trace.set(params["value"])
    case "initialized": break
    default:
      if phase == .running, !method.hasPrefix("$/") {
        connection.handler.receive(notification: method, params: params)
      }
    }
  }

  // MARK: Life cycle

  /// Answered on the reader, so that a script may send everything without waiting. A failed
  /// `initialize` may be sent again.
  private mutating func initialize(_ id: RequestID, _ params: JSONValue, _ byteCount: Int) {
    let lane = Lane.immediate
    guard
      connection.accept(
        id: id, method: "initialize", params: params, byteCount: byteCount, lane: lane)
    else { return }
    phase = .running
    connection.trace.set(params["trace"])
    // Of another machine's process this one knows nothing.
    if params["remote"]?.objectValue == nil, let process = params["processId"]?.integerValue {
      parent = ParentWatch(processID: process) ?? parent
    }
  }

  /// Open requests are cancelled and answered before `shutdown` is. A script of lines has not seen
  /// their answers yet, so they are finished instead.
  private mutating func shutDown(_ id: RequestID) {
    phase = .shutDown
    if parser.framing == .headers { connection.table.cancelAll() }
    connection.table.shutDown(id)
  }

  private mutating func exit() {
    guard ending == nil || isAtEndOfInput else { return }
    let code: Int32 = phase == .shutDown ? 0 : 1
    if parser.framing == .lines, phase == .shutDown || isAtEndOfInput {
      ending = Ending(code: code, latest: nil)
    } else {
      ending = Ending(code: code, latest: .now + .milliseconds(phase == .shutDown ? 1500 : 0))
    }
  }

  private mutating func stop() {
    phase = .shutDown
    connection.table.cancelAll()
    isAtEndOfInput = true
    ending = Ending(code: 0, latest: .now + .milliseconds(1500))
  }
}
