import Foundation

/// `Tests/Conformance/chat_server.py`, running for as long as the value lives.
package final class ChatServer: Sendable {
  package let port: Int
  private let process: Process
  private let input: Pipe

  package init() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-B", Fixtures.path("../Conformance/chat_server.py")]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while !line.contains(0x0A) {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      line.append(more)
    }
    let words = String(decoding: line, as: UTF8.self).trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard let port = Int(words) else { throw CocoaError(.fileReadCorruptFile) }
    (self.port, self.process, self.input) = (port, process, input)
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.terminate()
    process.waitUntilExit()
  }

  /// The base address under which the server answers in `manner`.
  package func url(_ manner: String) -> String { "http://127.0.0.1:\(port)/\(manner)/v1" }
}
