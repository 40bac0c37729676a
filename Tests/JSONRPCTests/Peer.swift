import Glibc
import JSON
import JSONRPC
import Testing

/// The client's end of a connection over two real pipes, and the kernel's end with `StubHandler`.
final class Peer {
  struct Silence: Error {}

  let handler = StubHandler()
  private let toKernel: Int32
  private let fromKernel: Int32
  private let exitCode = Monitor<Int32?>(nil)
  private var parser = FrameParser()
  private var received: [JSONValue] = []
  private var isInputOpen = true
  private(set) var rawOutput: [UInt8] = []
  let connection: Connection

  init(limits: ConnectionLimits = ConnectionLimits(), initialized: Bool = true) throws {
    StandardStreams.ignoreBrokenPipes()
    let (kernelInput, toKernel) = try Self.pipe()
    let (fromKernel, kernelOutput) = try Self.pipe()
    self.toKernel = toKernel
    self.fromKernel = fromKernel
    let connection = try #require(
      Connection(
        input: kernelInput, output: kernelOutput, handler: handler, lanes: Lanes(), limits: limits))
    self.connection = connection
    Thread.start(name: "kernel") { [exitCode] in
      let code = connection.run()
      exitCode.update { $0 = code }
      close(kernelInput)
      close(kernelOutput)
    }
    if initialized {
      request(0, "initialize")
      #expect(try reply(0)["result"] != nil)
    }
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
    var start = 0
    while start < bytes.count {
      let piece = Array(bytes[start...])
      let count = unsafe Glibc.write(toKernel, piece, piece.count)
      if count <= 0 { return }
      start += count
    }
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  static func frame(_ body: String) -> String {
    "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  func send(_ body: String) { write(Self.frame(body)) }

  static func requestText(_ id: Int, _ method: String, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
  }

  func request(_ id: Int, _ method: String, _ params: String = "{}") {
    send(Self.requestText(id, method, params))
  }

  func notify(_ method: String, _ params: String = "{}") {
    send(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#)
  }

  func cancel(_ id: Int) { notify("$/cancelRequest", #"{"id":\#(id)}"#) }

  func closeInput() {
    isInputOpen = false
    close(toKernel)
  }

  // MARK: Receiving

  /// The next message, or `Silence` after `seconds`.
  func next(seconds: Double = 10) throws -> JSONValue {
    let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while received.isEmpty {
      let left = end - .now
      guard left > .zero else { throw Silence() }
      var descriptor = pollfd(fd: fromKernel, events: Int16(POLLIN), revents: 0)
      let milliseconds =
        Int32(left.components.seconds * 1000) + 1
        + Int32(left.components.attoseconds / 1_000_000_000_000_000)
      guard unsafe poll(&descriptor, 1, milliseconds) > 0 else { throw Silence() }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe read(fromKernel, &buffer, buffer.count)
      guard count > 0 else { throw Silence() }
      rawOutput += buffer[..<count]
      for event in parser.push(buffer[..<count]) {
        guard case .body(let bytes) = event else { throw Silence() }
        received.append(try JSONValue(parsing: bytes))
      }
    }
    return received.removeFirst()
  }

  /// The next message, which must answer `id`.
  func reply(_ id: JSONValue, seconds: Double = 10) throws -> JSONValue {
    let message = try next(seconds: seconds)
    #expect(message["id"] == id, "\(message)")
    return message
  }

  /// The code of the next message, which must be an error under `id`.
  func failureCode(_ id: JSONValue) throws -> Int64? {
    try reply(id)["error"]?["code"]?.integerValue
  }

  /// Expects no message for a while.
  func expectSilence(seconds: Double = 0.2) {
    #expect(throws: Silence.self) { try next(seconds: seconds) }
  }

  /// Proves that the connection still answers.
  func expectAlive(_ id: Int64 = 999) throws {
    request(Int(id), "test/echo", #"{"alive":true}"#)
    #expect(try reply(.integer(id))["result"] == .object(["alive": true]))
  }

  func expectExit(_ code: Int32, seconds: Double = 3) {
    let ended = exitCode.wait(seconds: seconds) { $0 != nil }
    #expect(ended && exitCode.read { $0 } == code, "\(exitCode.read { "\($0 as Any)" })")
  }
}
