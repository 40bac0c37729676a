import Foundation
import TestSupport
import Testing

/// The tests of every client in protocol/clients, against the release binary: each has a script
/// `tests/run PROGRAM`, which ends with 77 where a tool that it needs is not installed. They run
/// one after the other, but for the longest, which run beside them.
@Suite struct ClientTests {
  private static let folder = ProgramRun.path("../../protocol/clients")

  static let clients: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted())?.filter {
      FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)/tests/run")
    } ?? []

  /// Clients whose tests run one after the other.
  static let chains =
    [["python"], ["jupyter"], clients.filter { !["python", "jupyter"].contains($0) }]

  @Test(arguments: chains) func passTheirOwnTests(chain: [String]) throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    #expect(chain.allSatisfy(Self.clients.contains), "\(chain) of \(Self.clients)")
    for client in chain {
      let script = "\(Self.folder)/\(client)/tests/run"
      let (status, text) = try ProgramRun.run(["sh", script, program])
      print("\(client): \(text)")
      #expect(
        status == 0 || isLacking(status), "\(client) ended with \(status): \(text.suffix(4000))")
    }
  }

  @Test func anEditorANotebookAndAScriptShareOneKernel() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let installed = ProgramRun.path("../../.build/clients/bin/python")
    let python = FileManager.default.isExecutableFile(atPath: installed) ? installed : "python3"
    let (status, text) = try ProgramRun.run([
      python, ProgramRun.path("../Clients/together.py"), program,
    ])
    print(text)
    #expect(status == 0 || isLacking(status), "ended with \(status): \(text.suffix(4000))")
  }

  /// Whether a tool is not installed, which is a failure where everything is to be tried.
  private func isLacking(_ status: Int32) -> Bool {
    status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
  }
}
