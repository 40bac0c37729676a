import Foundation
import TestSupport
import Testing

/// The release binary over real pipes, asked by Tests/Conformance/probe.py.
@Suite struct ConformanceTests {
  @Test func theProgramPassesEveryRowOfTheProbe() throws {
    let program = try #require(Self.program(), "lucarne is not built beside the tests")
    let probe = URL(fileURLWithPath: Fixtures.path("../Conformance/probe.py")).standardized.path
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", probe, program]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(process.terminationStatus == 0, "\(failures.joined(separator: "\n"))")
    #expect(text.contains("rows passed"), "\(text.suffix(2000))")
  }

  /// The built program: in the folder of the running tests, or of the bundle they were loaded from.
  private static func program() -> String? {
    let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let places = [running, CommandLine.arguments.first].compactMap(\.self)
      .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    return places.flatMap { [$0, $0.deletingLastPathComponent()] }
      .map { $0.appendingPathComponent("lucarne").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
