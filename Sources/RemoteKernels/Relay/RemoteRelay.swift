import Glibc
internal import JSON
import JSONRPC
import Synchronization

/// Carries whole messages between a client and a kernel on another machine.
///
/// On the way out a message gets the contents of the files that it names here; on the way in
/// nothing is changed. It knows which requests are open, so that each is answered when the line is
/// lost, and passes nothing on by halves.
final class RemoteRelay: Sendable {
  /// How it came to its end.
  enum End {
    /// The other side closed the line; whether a kernel had been reached.
    case closed
    /// The client is gone, or this process is to end.
    case clientGone
    case failed(LineFailure)
  }

  /// The descriptors; `toKernel` is closed here.
  struct Streams {
    let input: Int32
    let output: Int32
    let toKernel: Int32
    let fromKernel: Int32
  }

  /// Milliseconds without a message after which a sign of life is sent: a zero byte, which no
  /// message holds.
  private static let beatMilliseconds: Int32 = 15_000

  private let streams: Streams
  private let host: RemoteHost
  private let own: Greeting
  private let words: @Sendable () -> String
  private let log: @Sendable (String) -> Void
  private let output: ClientOutput
  private let clientProcess: Monitor<Int64?>
  private let isStopping = Atomic(false)
  /// Whether the client has said that it wants no more answers.
  private let hasLeft = Atomic(false)
  let requests = OpenRequests()

  /// - Parameters:
  ///   - own: what this side is.
  ///   - words: the last that ssh said.
  init(
    _ streams: Streams, host: RemoteHost, own: Greeting, clientProcess: Int64?,
    words: @escaping @Sendable () -> String, log: @escaping @Sendable (String) -> Void
  ) {
    self.streams = streams
    self.host = host
    self.own = own
    self.words = words
    self.log = log
    output = ClientOutput(streams.output)
    self.clientProcess = Monitor(clientProcess)
  }

  /// Ends `run` from another thread.
  func stop() { isStopping.store(true, ordering: .releasing) }

  /// Whether somebody still waits for an answer.
  var isWaitedFor: Bool { !requests.isEmpty && !hasLeft.load(ordering: .acquiring) }

  /// Seconds that a client has to ask for the first time where there is no line.
  private static let firstRequestPatience = 2.0

  /// Answers every request that is open, a client's first one at the least, which may come only
  /// when ssh has given up already.
  func give(up failure: LineFailure) {
    let latest = ContinuousClock.now + .seconds(Self.firstRequestPatience)
    while !requests.hasBegun, !hasLeft.load(ordering: .acquiring), ContinuousClock.now < latest {
      usleep(10_000)
    }
    for id in requests.end(failure) { output.answer(id, failure.failure) }
  }

  // MARK: From the kernel

  func run() -> End {
    Thread.start(name: "to the kernel") { [self] in carryOut() }
    var reader = GreetingReader()
    // What the kernel sends is bounded by what it keeps for a client that does not read.
    var parser = FrameParser(limits: FramingLimits(body: 256 << 20))
    let latest = ContinuousClock.now + .seconds(host.patience)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let (hasBytes, isClientGone) = wait()
      if isClientGone || isStopping.load(ordering: .acquiring) || isParentGone() {
        return .clientGone
      }
      if !requests.isConnected, ContinuousClock.now > latest {
        return .failed(.silent(host, words: words()))
      }
      guard hasBytes else { continue }
      let count = unsafe read(streams.fromKernel, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .closed }
      var bytes = buffer[..<count]
      if !requests.isConnected {
        bytes = reader.push(bytes)
        if let failure = greet(reader) { return .failed(failure) }
      }
      for event in parser.push(bytes) {
        switch event {
        case .body(let body): deliver(body)
        case .rejected(let failure), .oversized(let failure, _), .fatal(let failure):
          return .failed(.nonsense(host, failure.message))
        }
      }
    }
  }

  private func greet(_ reader: GreetingReader) -> LineFailure? {
    if reader.isTooNoisy { return .notLucarne(host, said: reader.noise) }
    guard let found = reader.greeting else { return nil }
    guard own.understands(found) else { return .otherProtocol(host, found, own: own) }
    requests.connect()
    return nil
  }

  private func deliver(_ body: [UInt8]) {
    if let id = IDScanner.answeredID(in: body), requests.close(id) == "initialize" {
      look(atWelcome: body)
    }
    output.send(body)
  }

  /// Says where the two are not of one version: what one of them does not know the other refuses.
  private func look(atWelcome body: [UInt8]) {
    guard let result = (try? JSONValue(parsing: body))?["result"],
      let version = result["serverInfo"]?["version"]?.stringValue, version != own.version
    else { return }
    log(
      "warning: the kernel on \(host.name) is version \(version), this is version \(own.version)")
  }

  private func wait() -> (hasBytes: Bool, isClientGone: Bool) {
    var descriptors = [
      pollfd(fd: streams.fromKernel, events: Int16(POLLIN), revents: 0),
      // Asked only whether anybody still reads it.
      pollfd(fd: streams.output, events: 0, revents: 0),
    ]
    let milliseconds: Int32 = requests.isConnected ? 1000 : 100
    guard unsafe poll(&descriptors, 2, milliseconds) > 0 else { return (false, false) }
    return (
      descriptors[0].revents != 0,
      Int32(descriptors[1].revents) & (POLLERR | POLLHUP | POLLNVAL) != 0
    )
  }

  private func isParentGone() -> Bool {
    guard let process = clientProcess.read({ $0 }) else { return false }
    return ParentWatch(processID: process)?.isAlive == false
  }

  // MARK: To the kernel

  private func carryOut() {
    var parser = FrameParser()
    var files = LocalFiles(host: host.name)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    reading: while true {
      var question = pollfd(fd: streams.input, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&question, 1, Self.beatMilliseconds)
      if ready == 0 {
        if requests.isConnected, !writeAll([0], to: streams.toKernel) { break }
        continue
      }
      let count = unsafe read(streams.input, &buffer, buffer.count)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else {
        if let last = parser.finish() { _ = take(last, &files, parser.framing) }
        break
      }
      let events = parser.push(buffer[..<count])
      if let framing = parser.framing { output.use(framing) }
      for event in events where !take(event, &files, parser.framing) { break reading }
    }
    // A script of lines has asked everything, and reads on.
    if parser.framing != .lines { hasLeft.store(true, ordering: .releasing) }
    close(streams.toKernel)
  }

  /// - Returns: false where nothing more is to be sent.
  private func take(
    _ event: FrameEvent, _ files: inout LocalFiles, _ framing: FrameParser.Framing?
  ) -> Bool {
    switch event {
    case .body(let bytes):
      guard let body = outgoing(bytes, &files) else { return true }
      return requests.waitForLine()
        && writeAll(ClientOutput.frame(body, framing ?? .headers)[...], to: streams.toKernel)
    case .rejected(let failure): output.answer(nil, failure)
    case .oversized(let failure, let beginning):
      output.answer(openID(in: beginning), failure)
    case .fatal(let failure):
      output.answer(nil, failure)
      return false
    }
    return true
  }

  /// A client's message as the kernel is to have it.
  /// - Returns: nil where it was answered here.
  private func outgoing(_ bytes: [UInt8], _ files: inout LocalFiles) -> [UInt8]? {
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
      output.answer(openID(in: bytes), .parseError("invalid JSON: \(error)"))
      return nil
    }
    var asked: RequestID?
    do {
      switch try Message(value) {
      case .response: return bytes
      case .notification(let method, let params):
        if method == "exit" { hasLeft.store(true, ordering: .releasing) }
        return try message(value, bytes, method, params, &files)
      case .request(let id, let method, let params):
        guard !requests.contains(id) else {
          output.answer(id, .invalidRequest("request \(id) is still open"))
          return nil
        }
        asked = id
        let body = try message(value, bytes, method, params, &files)
        try requests.open(id, method)
        return body
      }
    } catch let error as Message.Malformed {
      output.answer(error.id, error.failure)
    } catch let error as LineFailure {
      output.answer(asked, error.failure)
    } catch let error as LocalFiles.Refusal {
      if let asked {
        output.answer(asked, error.failure)
      } else {
        log("warning: \(error.message)")
        return bytes
      }
    } catch {
      output.answer(asked, .internalError("\(error)"))
    }
    return nil
  }

  /// The bytes as they came where nothing of them is to be another.
  private func message(
    _ value: JSONValue, _ bytes: [UInt8], _ method: String, _ params: JSONValue,
    _ files: inout LocalFiles
  ) throws -> [UInt8] {
    let changed =
      method == "initialize"
      ? introduced(params) : try files.carried(method, params, byteCount: bytes.count)
    guard let changed, case .object(var members) = value else { return bytes }
    members["params"] = changed
    return try JSONValue.object(members).bytes()
  }

  /// The first request says that the client is on another machine, of whose processes the kernel
  /// knows nothing: this one watches the client.
  private func introduced(_ params: JSONValue) -> JSONValue? {
    guard case .object(var members) = params else { return nil }
    if let process = members["processId"]?.integerValue {
      clientProcess.update { $0 = process }
      members["processId"] = nil
    }
    members["remote"] = ["host": .string(host.name)]
    return .object(members)
  }

  private func openID(in bytes: [UInt8]) -> RequestID? {
    IDScanner.id(in: bytes).flatMap { requests.contains($0) ? nil : $0 }
  }
}
