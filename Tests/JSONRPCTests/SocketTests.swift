import Foundation
import Glibc
import JSONRPC
import Testing

/// Sockets that one process listens at, and the pump that carries a client's streams to them.
@Suite struct SocketTests {
  private let folder: String

  init() throws {
    folder =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "lucarne-\(UInt32.random(in: 0 ... .max))"
      ).path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  private func address(_ name: String = "s") throws -> SocketAddress {
    try SocketAddress(path: "\(folder)/\(name)")
  }

  @Test func aPathOfASocketHasAtMost107Bytes() throws {
    let long = "/" + String(repeating: "x", count: 106)
    #expect(try SocketAddress(path: long).path == long)
    #expect(throws: SocketError.pathTooLong(path: long + "x", bytes: 108, limit: 107)) {
      try SocketAddress(path: long + "x")
    }
    for path in ["", "relative", "/folder/", "/zero\0byte"] {
      #expect(throws: SocketError.noPath(path)) { try SocketAddress(path: path) }
    }
  }

  @Test func onlyOneListensAndASocketThatWasLeftBehindIsReplaced() throws {
    let address = try address()
    var first: ListeningSocket? = try ListeningSocket(address)
    #expect(throws: SocketError.inUse(path: address.path)) { try ListeningSocket(address) }
    // Gone without having taken its socket away, as by SIGKILL.
    first = nil
    #expect(FileManager.default.fileExists(atPath: address.path))
    #expect(throws: SocketError.nobodyListens(path: address.path)) { try address.connect() }
    let second = try ListeningSocket(address)
    close(try address.connect())
    second.remove()
    #expect(!FileManager.default.fileExists(atPath: address.path))
    withExtendedLifetime(first) {}
  }

  @Test func aSocketThatIsNotOursIsNeverRemoved() throws {
    let address = try address()
    let socket = try ListeningSocket(address)
    try FileManager.default.removeItem(atPath: address.path)
    try Data("theirs".utf8).write(to: URL(fileURLWithPath: address.path))
    socket.remove()
    #expect(try String(contentsOfFile: address.path, encoding: .utf8) == "theirs")
    let other = try self.address("file")
    try Data("theirs".utf8).write(to: URL(fileURLWithPath: other.path))
    #expect(throws: SocketError.notASocket(path: other.path)) { try ListeningSocket(other) }
  }

  @Test func clientsOfAnotherUserAreSentAway() throws {
    let address = try address()
    let socket = try ListeningSocket(address, user: geteuid() + 1)
    let client = try address.connect()
    #expect(socket.accept() == .refused(user: geteuid()))
    #expect(socket.accept() == .nobody)
    var byte: UInt8 = 0
    #expect(unsafe read(client, &byte, 1) == 0)
    close(client)
  }

  @Test func aClientIsKnownByItsProcess() throws {
    let address = try address()
    let socket = try ListeningSocket(address)
    let client = try address.connect()
    guard case .client(let descriptor, let process) = socket.accept() else {
      Issue.record("nobody came")
      return
    }
    #expect(process == Int(getpid()))
    close(descriptor)
    close(client)
  }

  @Test(arguments: [0o720, 0o702, 0o777]) func aFolderThatOthersCanWriteToIsRefused(
    _ mode: Int
  ) throws {
    #expect(unsafe chmod(folder, mode_t(mode)) == 0)
    let address = try address()
    #expect(throws: SocketError.self) { try ListeningSocket(address) }
  }

  @Test func theTrailerIsFoundHoweverTheBytesFall() {
    let stream = Array("Content-Length: 2\r\n\r\n{}".utf8) + PumpTrailer.bytes(code: 7)
    for size in 1...stream.count {
      var trailer = PumpTrailer()
      var found: [UInt8] = []
      for start in stride(from: 0, to: stream.count, by: size) {
        found += trailer.push(stream[start..<min(start + size, stream.count)])
      }
      #expect(found == stream.dropLast(2))
      #expect(trailer.code == 7)
    }
  }

  /// A pump between two pipes and a socket pair, whose far end plays the server.
  private func pump() throws -> (
    input: Int32, output: Int32, server: Int32, code: Monitor<Int32?>
  ) {
    StandardStreams.ignoreBrokenPipes()
    var ends: [[Int32]] = [[0, 0], [0, 0], [0, 0]]
    try #require(unsafe pipe(&ends[0]) == 0 && pipe(&ends[1]) == 0)
    try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends[2]) == 0)
    let pump = BytePump(input: ends[0][0], output: ends[1][1], socket: ends[2][0])
    let code = Monitor<Int32?>(nil)
    Thread.start(name: "pump") {
      let found = pump.run()
      code.update { $0 = found }
    }
    return (ends[0][1], ends[1][0], ends[2][1], code)
  }

  private func bytes(from descriptor: Int32, count: Int) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let found = unsafe read(descriptor, &buffer, count)
    return Array(buffer.prefix(max(0, found)))
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
  }

  @Test(arguments: [0, 1, 77] as [Int32]) func theServersCodeIsThePumps(_ code: Int32) throws {
    let pump = try pump()
    send(Array("asked".utf8), to: pump.input)
    #expect(bytes(from: pump.server, count: 1) == [PumpTrailer.greeting])
    #expect(bytes(from: pump.server, count: 10) == Array("asked".utf8))
    // The end of input arrives, and answers still come.
    close(pump.input)
    #expect(bytes(from: pump.server, count: 10) == [])
    send(Array("told".utf8) + PumpTrailer.bytes(code: code), to: pump.server)
    close(pump.server)
    #expect(bytes(from: pump.output, count: 10) == Array("told".utf8))
    #expect(pump.code.wait(seconds: 5) { $0 == code })
  }

  @Test func aServerThatVanishesIsNoOrderlyEnd() throws {
    let pump = try pump()
    close(pump.server)
    #expect(pump.code.wait(seconds: 5) { $0 == 1 })
    close(pump.input)
  }

  @Test func aClientThatStopsReadingEndsThePump() throws {
    let pump = try pump()
    close(pump.output)
    #expect(pump.code.wait(seconds: 5) { $0 == 1 })
    close(pump.input)
    close(pump.server)
  }
}
