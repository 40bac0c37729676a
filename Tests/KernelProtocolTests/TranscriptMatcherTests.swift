import JSON
import JSONRPC
import Testing

@Suite struct TranscriptMatcherTests {
  private func mismatch(_ found: String, _ expected: String) throws -> String? {
    try TranscriptMatcher.mismatch(
      JSONValue(parsing: Array(found.utf8)), JSONValue(parsing: Array(expected.utf8)))
  }

  @Test(arguments: [
    ("{\"a\":1,\"b\":2}", "{\"a\":1}"),
    ("[1,\"x\",{}]", "[\"<number>\",\"<string>\",\"<object>\"]"),
    ("1.0", "1"), ("1.26", "\"<1.25~0.02>\""), ("null", "\"<any>\""), ("[]", "\"<array>\""),
    ("3", "\"<integer>\""),
  ])
  func matches(found: String, expected: String) throws {
    #expect(try mismatch(found, expected) == nil)
  }

  @Test(arguments: [
    ("{\"a\":1}", "{\"b\":1}"), ("[1]", "[1,2]"), ("\"x\"", "\"<number>\""),
    ("1.5", "\"<integer>\""),
    ("1.3", "\"<1.25~0.02>\""), ("true", "1"), ("{}", "[]"),
  ])
  func differs(found: String, expected: String) throws {
    #expect(try mismatch(found, expected) != nil)
  }
}
