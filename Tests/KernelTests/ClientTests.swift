import Foundation
import TestSupport
import Testing

/// The tests of every client in protocol/clients, against the release binary: each has a script `tests/run PROGRAM`,
/// which ends with 77 where a tool that it needs is not installed.
@Suite(.serialized) struct ClientTests {
  private static let folder = ProgramRun.path("../../protocol/clients")

  static let clients: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted())?.filter {
      FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)/tests/run")
    } ?? []

  @Test(arguments: clients) func passesItsOwnTests(client: String) throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run(["sh", "\(Self.folder)/\(client)/tests/run", program])
    print("\(client): \(text)")
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    #expect(status == 0 || isLacking, "\(client) ended with \(status): \(text.suffix(4000))")
  }
}
