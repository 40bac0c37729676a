import Foundation
import Tensors
import Testing

/// Foundation's errors and a decoder's, in the words of the system or of the file.
@Suite struct SystemReasonTests {
  private func reason(_ body: () throws -> Void) throws -> String {
    do {
      try body()
      Issue.record("nothing was thrown")
      return ""
    } catch { return systemReason(of: error) }
  }

  @Test func saysWhatTheSystemSaid() throws {
    let missing = "No such file or directory"
    let files = FileManager.default
    #expect(
      try reason {
        try files.createDirectory(atPath: "/proc/none/x", withIntermediateDirectories: true)
      } == missing)
    #expect(try reason { _ = try files.contentsOfDirectory(atPath: "/nowhere") } == missing)
    #expect(
      try reason { try Data().write(to: URL(filePath: "/nowhere/file"), options: .atomic) }
        == missing)
    #expect(try reason { _ = try Data(contentsOf: URL(filePath: "/nowhere")) } == missing)
    #expect(
      try reason { _ = try files.contentsOfDirectory(atPath: "/proc/self/status") }
        == "Not a directory")
  }

  @Test func namesThePlaceInAFile() throws {
    struct Inner: Decodable { var count: Int }
    struct Outer: Decodable { var inner: Inner }
    func decode(_ text: String) throws {
      _ = try JSONDecoder().decode(Outer.self, from: Data(text.utf8))
    }
    #expect(try reason { try decode(#"{"inner": {}}"#) } == #"inner: "count" is missing"#)
    #expect(try reason { try decode(#"{"inner": {"count": "x"}}"#) } == "inner.count: expected Int")
    #expect(try reason { try decode("nonsense") }.contains("Error Domain") == false)
  }

  @Test func takesAnErrorOfOursAtItsWord() throws {
    let error = TensorError.notAFile(path: "/dev", kind: "a folder")
    #expect(try reason { throw error } == error.description)
    struct Silent: Error { let secret = 1 }
    #expect(try reason { throw Silent() } == "an error of the kind Silent")
  }
}
