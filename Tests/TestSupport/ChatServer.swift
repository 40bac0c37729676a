import Foundation

/// `Tests/Conformance/chat_server.py`, running for as long as the value lives.
package final class ChatServer: Sendable {
  package let port: Int
  private let process: Process
  private let input: Pipe

  package init() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // It ends by itself after an hour: a test may wait for its turn longer than ten minutes.
    process.arguments = [
      "python3", "-B", Fixtures.path("../Conformance/chat_server.py"), "3600",
    ]
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

  /// How often it was asked in `manner`, by Python, so that the test's own program needs
  /// no other way to the web.
  package func timesAsked(_ manner: String) throws -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script =
      "import json, sys, urllib.request as u; "
      + "print(json.load(u.urlopen(sys.argv[1])).get(sys.argv[2], 0))"
    process.arguments = [
      "python3", "-c", script, "http://127.0.0.1:\(port)/asked", "/\(manner)/v1/chat/completions",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let words = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    guard let count = Int(words.trimmingCharacters(in: .whitespacesAndNewlines)) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    return count
  }

  /// The base address under which the server answers in `manner`.
  package func url(_ manner: String) -> String { "http://127.0.0.1:\(port)/\(manner)/v1" }
}
