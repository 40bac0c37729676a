import Foundation
import TestSupport
import Testing

/// An error that people see has words of its own: without, Swift would show them its fields.
@Suite struct ErrorTextTests {
  private static let sources = ProgramRun.path("../../Sources")

  /// Errors that never leave the function or file that catches them, by name.
  private static let inner = ["Malformed", "TooLarge", "FailureConvertible"]

  @Test func everyErrorDescribesItself() throws {
    var seen = 0
    let files = try FileManager.default.subpathsOfDirectory(atPath: Self.sources)
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(Self.sources)/\(file)", encoding: .utf8)
      let declaration =
        #/(?:struct|enum|class|protocol) (\w+): (?:\w+, )*(?:Error|FailureConvertible)\b[^{]*/#
      for match in text.matches(of: declaration) {
        seen += 1
        let name = String(match.1)
        let isDescribed =
          match.0.contains("CustomStringConvertible")
          || text.contains("extension \(name): CustomStringConvertible")
        #expect(isDescribed || Self.inner.contains(name), "\(file): \(name)")
      }
    }
    #expect(seen > 20)
  }
}
