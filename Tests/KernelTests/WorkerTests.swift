import Foundation
import TestSupport
import Testing

/// The tests of every worker in protocol/workers, against the release binary: each has a script
/// `tests/run PROGRAM`, which ends with 77 where a package that it needs is not installed.
@Suite(.serialized) struct WorkerTests {
  private static let folder = ProgramRun.path("../../protocol/workers")

  static let workers: [String] =
    (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted())?.filter {
      FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)/tests/run")
    } ?? []

  @Test func everyWorkerHasTests() {
    #expect(Set(Self.workers).isSuperset(of: ["explainers", "masks", "vision"]))
  }

  @Test(arguments: workers) func passesItsOwnTests(worker: String) throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let (status, text) = try ProgramRun.run(["sh", "\(Self.folder)/\(worker)/tests/run", program])
    print("\(worker): \(text)")
    #expect(
      status == 0 || status == 77 && maySkip(text),
      "\(worker) ended with \(status): \(text.suffix(4000))")
  }

  /// Where everything is to be tried only PyTorch may be missing: not every machine has a build of
  /// it for the CPU.
  private func maySkip(_ text: String) -> Bool {
    ProcessInfo.processInfo.environment["CI"] == nil || text.contains("skipped: no torch")
  }
}
