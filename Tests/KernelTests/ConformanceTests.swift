import Foundation
import TestSupport
import Testing

/// The release binary over real pipes, asked by Tests/Conformance/probe.py.
@Suite struct ConformanceTests {
  @Test func theProgramPassesEveryRowOfTheProbe() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let probe = ProgramRun.path("../Conformance/probe.py")
    let (status, text) = try ProgramRun.run(["python3", probe, program])
    print(text)
    let failures = text.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    #expect(status == 0, "\(failures.joined(separator: "\n"))")
    #expect(text.contains("rows passed"), "\(text.suffix(2000))")
  }

  @Test func anIndexSurvivesWhateverBecomesOfItsBuilder() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run([
      "python3", ProgramRun.path("../Conformance/index.py"), program,
    ])
    print(text)
    #expect(status == 0, "\(text)")
  }

  @Test(.enabled("needs the Python package jsonschema") { hasSchemaPackage() })
  func everyRecordedAnswerFitsThePublishedSchemas() throws {
    let folder = ProgramRun.path("../../protocol/examples")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let (status, text) = try ProgramRun.run(
      ["python3", ProgramRun.path("../Conformance/schema.py")] + names.map { "\(folder)/\($0)" })
    #expect(status == 0, "\(text)")
  }

  private static func hasSchemaPackage() -> Bool {
    (try? ProgramRun.run(["python3", "-c", "import jsonschema"]).status) == 0
  }
}
