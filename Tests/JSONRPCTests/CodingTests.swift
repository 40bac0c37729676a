import JSON
import JSONRPC
import Testing

@Suite struct CodingTests {
  struct Inner: Codable, Equatable {
    var position: Int
    var label: String?
  }

  enum Colour: String, WireName { case red, green }

  struct Outer: Codable, Equatable {
    var target: Inner
    var list: [Inner] = []
    var scale: Double?
    var colour: Colour?
    var seed: UInt64?
    var flag: Bool?
    var single: Float?
    var any: JSONValue?
  }

  private func read(_ text: String) throws -> Outer {
    try JSONValue(parsing: Array(text.utf8)).decode(Outer.self)
  }

  @Test func ignoresUnknownMembersAndNulls() throws {
    let read = try read(
      #"{"target":{"position":3,"x":1,"label":null},"list":[],"scale":null,"extra":{"a":[1]}}"#)
    #expect(read == Outer(target: Inner(position: 3)))
  }

  @Test(arguments: ["3", "3.0", "3e0", "0.3e1", "30e-1"])
  func takesWholeNumbersInAnySpelling(spelling: String) throws {
    #expect(try read(#"{"target":{"position":\#(spelling)},"list":[]}"#).target.position == 3)
  }

  @Test(arguments: [
    (
      #"{"target":{"position":"x"},"list":[]}"#,
      "params.target.position: expected integer, found string \"x\""
    ),
    (
      #"{"target":{"position":1.5},"list":[]}"#,
      "params.target.position: expected integer, found number 1.5"
    ),
    (
      #"{"target":{"position":"3"},"list":[]}"#,
      "params.target.position: expected integer, found string \"3\""
    ),
    (#"{"target":{},"list":[]}"#, "params.target.position: required, but absent"),
    (#"{"target":[],"list":[]}"#, "params.target: expected object, found array of 0"),
    (
      #"{"target":{"position":1},"list":[{"position":1},{"position":null}]}"#,
      "params.list[1].position: expected integer, found null"
    ),
    (
      #"{"target":{"position":1},"list":[],"colour":"blue"}"#,
      "params.colour: expected one of \"red\", \"green\", found string \"blue\""
    ),
    (
      #"{"target":{"position":1},"list":[],"seed":-1}"#,
      "params.seed: expected integer ≥ 0, found integer -1"
    ),
    (
      #"{"target":{"position":1e300},"list":[]}"#,
      "params.target.position: expected integer, found number 1e+300"
    ),
    (
      #"{"target":{"position":1},"list":[],"single":1e200}"#,
      "params.single: expected number in single precision, found number 1e+200"
    ),
    ("[1]", "params: expected object, found array [1]"),
  ])
  func namesThePath(text: String, message: String) {
    #expect {
      _ = try read(text)
    } throws: { error in
      "\(error)" == message
    }
  }

  @Test func carriesLargeIntegersAsStrings() throws {
    var value = Outer(target: Inner(position: 0), seed: .max)
    let json = try JSONValue(encoding: value)
    #expect(json["seed"] == "18446744073709551615")
    #expect(try json.decode(Outer.self) == value)
    value.seed = 1 << 53
    #expect(try JSONValue(encoding: value)["seed"] == 9_007_199_254_740_992)
    #expect(try JSONValue(encoding: ["n": Int64.min])["n"] == "-9223372036854775808")
  }

  @Test func writesSinglePrecisionWithItsOwnDigits() throws {
    #expect(try JSONValue(encoding: [Float(0.1)]) == [0.1])
    #expect(Double(shortest: 16_777_216) == 16_777_216)
    #expect(Float(Double(shortest: .leastNonzeroMagnitude)) == .leastNonzeroMagnitude)
  }

  @Test func refusesToWriteWhatIsNotFinite() {
    #expect(throws: WireError.nonFinite(path: "result.scale")) {
      try JSONValue(encoding: Outer(target: Inner(position: 0), scale: .nan))
    }
    #expect(throws: WireError.nonFinite(path: "result[1]")) {
      try JSONValue(encoding: [0, Double.infinity])
    }
  }

  @Test func handsValuesThrough() throws {
    let value = Outer(target: Inner(position: 0), any: ["a": [1, "b", nil]])
    let json = try JSONValue(encoding: value)
    #expect(json["any"] == ["a": [1, "b", nil]])
    #expect(try json.decode(Outer.self) == value)
  }
}
