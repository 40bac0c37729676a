import Foundation
import SystemReasons
import Testing

/// What Foundation throws is told in words, whatever it was asked to do.
@Suite struct SystemReasonTests {
  private func reason(_ body: () throws -> Void) -> String? {
    do { try body() } catch { return systemReason(of: error) }
    return nil
  }

  @Test func saysWhatTheSystemSaid() {
    let missing = "/nowhere/at/all"
    let files = FileManager.default
    #expect(
      reason { _ = try Data(contentsOf: URL(filePath: missing)) } == "No such file or directory")
    #expect(reason { _ = try Data(contentsOf: URL(filePath: "/tmp")) } == "Is a directory")
    #expect(
      reason { _ = try files.contentsOfDirectory(atPath: missing) } == "No such file or directory")
    #expect(reason { try files.removeItem(atPath: missing) } == "No such file or directory")
    #expect(
      reason { try files.moveItem(atPath: missing, toPath: missing + "2") }
        == "No such file or directory")
    #expect(
      reason {
        try files.createDirectory(atPath: "/dev/null/x", withIntermediateDirectories: true)
      } == "Not a directory")
  }

  @Test func saysWhatACodeStandsForWhereTheSystemSaidNothing() {
    #expect(systemReason(of: CocoaError(.fileReadNoSuchFile)) == "No such file or directory")
    #expect(systemReason(of: CocoaError(.fileWriteOutOfSpace)) == "No space left on device")
    #expect(
      systemReason(of: CocoaError(.featureUnsupported))
        == "the system refused it, without saying why (code 3328)")
    #expect(systemReason(of: POSIXError(.EACCES)) == "Permission denied")
  }

  @Test func saysWhatJSONLacks() {
    struct Inner: Codable { let size: Int }
    struct Outer: Codable { let inner: Inner }
    func decode(_ json: String) -> String? {
      reason { _ = try JSONDecoder().decode(Outer.self, from: Data(json.utf8)) }
    }
    #expect(decode("{}") == "key inner is missing")
    #expect(decode(#"{"inner": {}}"#) == "key size is missing in key inner")
    #expect(decode(#"{"inner": {"size": "a"}}"#) == "key inner.size is not of the type Int")
    #expect(decode("{") == "not valid JSON")
    #expect(
      reason { _ = try JSONEncoder().encode(["x": Double.nan]) } == "key x cannot be written")
  }

  @Test func leavesOtherErrorsTheirWords() {
    struct Own: Error, CustomStringConvertible { let description = "the moon is full" }
    #expect(systemReason(of: Own()) == "the moon is full")
  }
}
