import Agents
import Glibc
import JSON
import JSONRPC
import Testing

/// An agent's client of a server in this process, over real pipes, before a
/// kernel that the test chooses.
final class AgentClient {
  struct Silence: Error {}

  /// The server's own way to the kernel.
  let kernel: KernelLink
  private let toServer: Int32
  private let fromServer: Int32
  private let exitCode = Monitor<Int32?>(nil)
  private var parser = FrameParser(framing: .lines)
  private var inbox: [JSONValue] = []
  private var isInputOpen = true

  init(
    before handler: any RequestHandler,
    options: AgentOptions = AgentOptions(version: "0", patience: 30)
  ) throws {
    StandardStreams.ignoreBrokenPipes()
    let (kernelInput, toKernel) = try Self.pipe()
    let (fromKernel, kernelOutput) = try Self.pipe()
    let (serverInput, toServer) = try Self.pipe()
    let (fromServer, serverOutput) = try Self.pipe()
    let connection = try #require(
      Connection(input: kernelInput, output: kernelOutput, handler: handler, lanes: Lanes()))
    let link = try #require(KernelLink(input: fromKernel, output: toKernel))
    let server = try #require(
      AgentServer(input: serverInput, output: serverOutput, kernel: link, options: options))
    kernel = link
    self.toServer = toServer
    self.fromServer = fromServer
    Thread.start(name: "kernel") { _ = connection.run() }
    Thread.start(name: "server") { [exitCode] in
      let code = server.run()
      exitCode.update { $0 = code }
    }
  }

  deinit {
    if isInputOpen { close(toServer) }
    close(fromServer)
  }

  private static func pipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    try #require(unsafe Glibc.pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  // MARK: Sending

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest)
      let count = unsafe Glibc.write(toServer, piece, piece.count)
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  func send(_ message: JSONValue) throws { write(try message.bytes() + [0x0A]) }

  func request(_ id: JSONValue, _ method: String, _ params: JSONValue = [:]) throws {
    try send(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
  }

  func notify(_ method: String, _ params: JSONValue = [:]) throws {
    try send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// `initialize`, as clients of the handshake's era begin.
  @discardableResult
  func shakeHands(_ revision: String = "2025-11-25") throws -> JSONValue {
    let result = try ask(
      "initialize",
      [
        "protocolVersion": .string(revision), "capabilities": [:],
        "clientInfo": ["name": "test", "version": "1"],
      ])
    try notify("notifications/initialized")
    return result
  }

  // MARK: Receiving

  /// The next message.
  func next(seconds: Double = 20) throws -> JSONValue {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while inbox.isEmpty {
      let left = (end - .now) / .milliseconds(1)
      var descriptor = pollfd(fd: fromServer, events: Int16(POLLIN), revents: 0)
      guard left > 0, unsafe poll(&descriptor, 1, Int32(left + 1)) > 0 else { throw Silence() }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe read(fromServer, &buffer, buffer.count)
      guard count > 0 else { throw Silence() }
      for case .body(let bytes) in parser.push(buffer[..<count]) {
        inbox.append(try JSONValue(parsing: bytes))
      }
    }
    return inbox.removeFirst()
  }

  /// Sends a request and waits for its result; what comes before is dropped.
  @discardableResult
  func ask(_ method: String, _ params: JSONValue = [:]) throws -> JSONValue {
    try request("ask", method, params)
    while true {
      let message = try next()
      if message["id"] == "ask" { return try #require(message["result"], "\(message)") }
    }
  }

  /// Calls a tool and waits for its result.
  func call(_ tool: String, _ arguments: JSONValue = [:]) throws -> JSONValue {
    try ask("tools/call", ["name": .string(tool), "arguments": arguments])
  }

  /// Ends the input and waits for the exit code.
  func leave() -> Int32? {
    close(toServer)
    isInputOpen = false
    _ = exitCode.wait(seconds: 10) { $0 != nil }
    return exitCode.read { $0 }
  }
}
