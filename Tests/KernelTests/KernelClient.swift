import Glibc
import Images
import JSON
import JSONRPC
import Kernel
import LanguageServer
import Testing

/// A client of a kernel in this process, over two real pipes.
final class KernelClient {
  struct Silence: Error {}

  /// An error that the kernel answered.
  struct Refusal: Error, CustomStringConvertible {
    let code: Int64
    let message: String
    let data: JSONValue?

    var kind: String? { data?["kind"]?.stringValue }
    var description: String { "\(code) \(kind ?? "–"): \(message)" }
  }

  /// One message of the kernel, as it came.
  struct Received {
    let value: JSONValue
    let body: [UInt8]
  }

  private let toKernel: Int32
  private let fromKernel: Int32
  private let exitCode = Monitor<Int32?>(nil)
  private var parser = FrameParser()
  private var inbox: [Received] = []
  private var lastID: Int64 = 0
  private var isInputOpen = true

  /// - Parameter options: what `initialize` is given; nil leaves the kernel uninitialised.
  init(
    _ kernel: KernelOptions = KernelOptions(
      memoryLimit: 1 << 30, threads: 1, world: nil, resizing: .pillow),
    options: JSONValue? = [:]
  ) throws {
    StandardStreams.ignoreBrokenPipes()
    let (kernelInput, toKernel) = try Self.pipe()
    let (fromKernel, kernelOutput) = try Self.pipe()
    self.toKernel = toKernel
    self.fromKernel = fromKernel
    let handler = KernelHandler(kernel)
    let server = LanguageServer(handler)
    let lanes = Lanes()
    let connection = try #require(
      Connection(
        input: kernelInput, output: kernelOutput, handler: server, lanes: lanes))
    server.attach(connection)
    handler.runJobs(on: lanes.engine)
    Thread.start(name: "kernel") { [exitCode] in
      let code = handler.serve(connection)
      handler.stopJobs(waiting: 5)
      exitCode.update { $0 = code }
      close(kernelInput)
      close(kernelOutput)
    }
    if let options { try ask("initialize", ["initializationOptions": options]) }
  }

  deinit {
    if isInputOpen { close(toKernel) }
    close(fromKernel)
  }

  private static func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    try #require(unsafe Glibc.pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  // MARK: Sending

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest)
      let count = unsafe Glibc.write(toKernel, piece, piece.count)
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends a body as it is, framed.
  func send(_ body: [UInt8]) {
    write(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  func send(_ message: JSONValue) throws { send(try message.bytes()) }

  /// Sends a request and returns its id.
  @discardableResult
  func request(_ method: String, _ params: JSONValue = [:]) throws -> Int64 {
    lastID += 1
    try send([
      "jsonrpc": "2.0", "id": .integer(lastID), "method": .string(method), "params": params,
    ])
    return lastID
  }

  func notify(_ method: String, _ params: JSONValue = [:]) throws {
    try send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  func cancel(_ id: Int64) throws { try notify("$/cancelRequest", ["id": .integer(id)]) }

  // MARK: Receiving

  /// The next message that fits, those before it being kept for later; `Silence` after `seconds`.
  func next(
    seconds: Double = 30, where fits: (JSONValue) -> Bool = { _ in true }
  ) throws -> Received {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    var looked = 0
    while true {
      while looked < inbox.count {
        if fits(inbox[looked].value) { return inbox.remove(at: looked) }
        looked += 1
      }
      try receive(until: end)
    }
  }

  private func receive(until end: ContinuousClock.Instant) throws {
    let left = (end - .now) / .milliseconds(1)
    guard left > 0 else { throw Silence() }
    var descriptor = pollfd(fd: fromKernel, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&descriptor, 1, Int32(min(left + 1, 1e6))) > 0 else { throw Silence() }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(fromKernel, &buffer, buffer.count)
    guard count > 0 else { throw Silence() }
    for event in parser.push(buffer[..<count]) {
      guard case .body(let bytes) = event else { throw Silence() }
      inbox.append(Received(value: try JSONValue(parsing: bytes), body: bytes))
    }
  }

  /// The answer to a request: its whole message.
  func reply(to id: Int64, seconds: Double = 30) throws -> Received {
    try next(seconds: seconds) { $0["id"] == .integer(id) }
  }

  /// The result of a request that was sent; throws the `Refusal` where it was refused.
  @discardableResult
  func result(of id: Int64, seconds: Double = 30) throws -> JSONValue {
    let message = try reply(to: id, seconds: seconds).value
    if let result = message["result"] { return result }
    throw Refusal(
      code: message["error"]?["code"]?.integerValue ?? 0,
      message: message["error"]?["message"]?.stringValue ?? "",
      data: message["error"]?["data"])
  }

  /// Sends a request and waits for its result.
  @discardableResult
  func ask(_ method: String, _ params: JSONValue = [:], seconds: Double = 30) throws -> JSONValue {
    try result(of: request(method, params), seconds: seconds)
  }

  /// Sends a request that must be refused.
  func refusal(_ method: String, _ params: JSONValue = [:]) throws -> Refusal {
    try refusal(of: request(method, params))
  }

  func refusal(of id: Int64) throws -> Refusal {
    do {
      let result = try result(of: id)
      Issue.record("answered: \(result.summary)")
      return Refusal(code: 0, message: "answered", data: nil)
    } catch let refusal as Refusal {
      return refusal
    }
  }

  /// The notifications that have come so far, in their order.
  func takeNotifications(_ method: String = "$/progress") -> [JSONValue] {
    let found = inbox.filter { $0.value["method"]?.stringValue == method }
    inbox.removeAll { $0.value["method"]?.stringValue == method }
    return found.compactMap { $0.value["params"] }
  }

  /// How many messages wait that nobody has asked for.
  var unreadCount: Int { inbox.count }

  /// Proves that the kernel still answers, on its engine's lane too.
  func expectAlive() throws {
    #expect(try ask("kernel/status")["health"] != nil)
    let refusal = try refusal("context/tokens", ["context": "ctx_0"])
    #expect(refusal.kind == "contextNotFound")
  }

  /// Ends the session; the exit code must be 0.
  func shutDown() throws {
    try ask("shutdown")
    try notify("exit")
    let ended = exitCode.wait(seconds: 5) { $0 != nil }
    #expect(ended && exitCode.read { $0 } == 0)
  }
}
