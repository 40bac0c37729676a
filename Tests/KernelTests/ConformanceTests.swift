import Foundation
import TestSupport
import Testing

/// The release binary over real pipes, asked by Tests/Conformance/probe.py.
@Suite struct ConformanceTests {
  @Test func theProgramPassesEveryRowOfTheProbe() throws {
    let program = try #require(Self.program(), "lucarne is not built beside the tests")
    let probe = Self.path("../Conformance/probe.py")
    let (status, text) = try Self.python([probe, program])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
    #expect(text.contains("rows passed"), "\(text.suffix(2000))")
  }

  @Test func anIndexSurvivesWhateverBecomesOfItsBuilder() throws {
    let program = try #require(Self.program(), "lucarne is not built beside the tests")
    let (status, text) = try Self.python([Self.path("../Conformance/index.py"), program])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test(.enabled("needs the Python package jsonschema") { hasSchemaPackage() })
  func everyRecordedAnswerFitsThePublishedSchemas() throws {
    let folder = Self.path("../../protocol/examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let (status, text) = try Self.python(
      [Self.path("../Conformance/schema.py")] + names.map { "\(folder)/\($0)" })
    #expect(status == 0, "\(text)")
  }

  private static func hasSchemaPackage() -> Bool {
    (try? python(["-c", "import jsonschema"]).status) == 0
  }

  private static func path(_ relative: String) -> String {
    URL(fileURLWithPath: Fixtures.path(relative)).standardized.path
  }

  /// Runs Python to its end; what it wrote, errors included.
  private static func python(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// The built program: in the folder of the running tests, or of the bundle they were loaded from.
  static func program() -> String? {
    let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let places = [running, CommandLine.arguments.first].compactMap(\.self)
      .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    return places.flatMap { [$0, $0.deletingLastPathComponent()] }
      .map { $0.appendingPathComponent("lucarne").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
