import JSON
import TestSupport
import Testing

/// What RFC 8259 allows and forbids; the expected side is the grammar, read by hand.
@Suite struct JSONParserTests {
  static let integers: [(String, Int64)] = [
    ("0", 0), ("-12", -12), (" 7 ", 7), ("9223372036854775807", .max),
    ("-9223372036854775808", .min), ("9007199254740993", 9_007_199_254_740_993),
  ]

  static let numbers: [(String, Double)] = [
    ("-0", -0.0), ("9223372036854775808", 0x1p63), ("1.0", 1.0), ("1e3", 1000.0), ("1E+2", 100.0),
    ("25e-1", 2.5), ("-1.5e2", -150.0), ("0.1", 0.1), ("5e-324", .leastNonzeroMagnitude),
    ("1.7976931348623157e308", .greatestFiniteMagnitude), ("1e-400", 0.0), ("1e23", 1e23),
    ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ("0.30000000000000004", 0.30000000000000004),
  ]

  static let strings: [(String, String)] = [
    ("\"\"", ""), ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\u{8}\u{C}\n\r\t"),
    ("\"\\u00e9\\u20AC\"", "é€"), ("\"\\uD83D\\uDE00\"", "😀"), ("\"\\u0000\"", "\0"),
    ("\"😀é\u{2028}\"", "😀é\u{2028}"),
  ]

  static let others: [(String, JSONValue)] = [
    ("null", .null), (" true ", .bool(true)), ("\t\r\n false", .bool(false)),
    ("[]", .array([])), ("[ ]", .array([])), ("{}", .object([:])), ("{ }", .object([:])),
    ("[1,[2,[]],{}]", .array([1, .array([2, .array([])]), .object([:])])),
    ("{\"a\":{\"b\":[1]},\"c\":null}", .object(["a": .object(["b": .array([1])]), "c": .null])),
    ("{\"a\":1,\"a\":2}", .object(["a": 2])), (" [ 1 , 2 ] ", .array([1, 2])),
    ("{\"\":0}", .object(["": 0])),
  ]

  static let accepted: [(String, JSONValue)] =
    integers.map { ($0, .integer($1)) } + numbers.map { ($0, .number($1)) }
    + strings.map { ($0, .string($1)) } + others

  @Test(arguments: accepted)
  func accepts(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "True", "tru", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]",
    "[1 2]",
    "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{1:2}", "{'a':1}", "{\"a\" 1}",
    "{\"a\":1 \"b\":2}",
    "[1}", "{\"a\":1]", "01", "-", "-01", "+1", ".5", "1.", "1.e2", "1e", "1e+", "0x10", "1_000",
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
    "\"\\u12G4\"", "\"\\uD800\"", "\"\\uD800\\n\"", "\"\\uD800\\u0041\"", "\"\\uDC00\"",
    "\"a\nb\"", "\"\t\"", "\"\u{1F}\"", "1 2", "{} {}", "[] x", "\u{FEFF}{}", "// c\n1", "/**/1",
    "\u{A0}1",
  ])
  func rejects(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test(arguments: [
    [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0xC3, 0xA9],
    [0x22, 0x00, 0x22],
    [0x5B, 0x22, 0x5C, 0x6E, 0x80, 0x22, 0x5D],
  ])
  func rejectsBytesThatAreNotUTF8(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test(arguments: [
    ("[1,x]", 3), ("{\"a\":01}", 5), ("[1", 2), ("\"a\\q\"", 3), ("{\"a\":1}}", 7), ("", 0),
  ])
  func namesTheByteThatIsWrong(text: String, offset: Int) {
    #expect {
      try JSONValue(parsing: Array(text.utf8))
    } throws: { error in
      guard case JSONError.syntax(_, let found) = error else { return false }
      return found == offset
    }
  }

  @Test func nestsToTheLimitAndNoDeeper() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONValue(parsing: nested(512))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(513)) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(1_000_000)) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array(String(repeating: "{\"a\":", count: 100_000).utf8))
    }
  }

  @Test func countsValues() throws {
    let limits = JSONLimits(values: 4)
    _ = try JSONValue(parsing: Array("[1,[2]]".utf8), limits: limits)
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array("[1,[2,3]]".utf8), limits: limits)
    }
  }

  @Test func readsLongArraysAndStrings() throws {
    let count = 500_000
    let text =
      "[" + String(repeating: "0.125,", count: count) + "\""
      + String(repeating: "QUJD", count: count)
      + "\"]"
    let bytes = Array(text.utf8)
    let value = try JSONValue(parsing: bytes)
    #expect(value.arrayValue?.count == count + 1)
    #expect(value.arrayValue?.first == .number(0.125))
    #expect(value.arrayValue?.last?.stringValue?.utf8.count == 4 * count)
  }

  @Test func readsNumbersAsTheLibraryDoes() throws {
    var generator = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let value = try JSONValue(parsing: Array(number.description.utf8))
      switch value {
      case .number(let read): #expect(read.bitPattern == number.bitPattern)
      default: Issue.record("\(number) became \(value)")
      }
      let short = Double(Int64(truncatingIfNeeded: generator.next()) >> 20) / 4096
      #expect(try JSONValue(parsing: Array("\(short)".utf8)) == .number(short))
    }
  }
}
