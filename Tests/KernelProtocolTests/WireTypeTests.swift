import JSON
import JSONRPC
import KernelProtocol
import Testing

/// What is refused, and in which words.
@Suite struct WireTypeTests {
  private func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONValue(parsing: Array(text.utf8)).decode(type)
  }

  private func message<Value: Decodable>(_ type: Value.Type, _ text: String) -> String {
    do {
      return "read \(try read(type, text))"
    } catch {
      return "\(error)"
    }
  }

  @Test func unionsNameWhatTheyAllow() {
    #expect(
      message(Target.self, #"{"kind":"logits"}"#)
        == "params.kind: expected one of \"logitDiff\", \"logit\", \"logProb\", "
        + "\"sequenceLogProb\","
        + " found string \"logits\"")
    #expect(
      message(Target.self, #"{"kind":"logitDiff","baseline":{"id":1}}"#)
        == "params.answer: required, but absent")
    #expect(
      message(Target.self, #"{"kind":"sequenceLogProb","tokens":[{"id":1}],"text":"a"}"#)
        == "params: expected either \"tokens\" or \"text\", found object")
    #expect(
      message(Target.self, #"{"kind":"sequenceLogProb","tokens":[]}"#)
        == "params.tokens: expected array of one or more, found array of 0")
    #expect(
      message(TokenSpec.self, #"{"id":1,"text":"a"}"#)
        == "params: expected either {\"id\"} or {\"text\"}, found object")
    #expect(
      message(Region.self, "{}")
        == "params: expected one of {\"span\"}, {\"part\"}, {\"last\"}, {\"image\"}, found object")
    #expect(
      message(Region.self, #"{"image":0,"box":[40,30,10.5,20]}"#)
        == "params.box: expected [x0, y0, x1, y1] with x0 ≤ x1 and y0 ≤ y1,"
        + " found [40, 30, 10.5, 20]")
    #expect(
      message(Region.self, #"{"image":0,"view":1}"#)
        == "params.view: expected string, found integer 1")
    #expect(
      message(Intervention.self, #"{"op":"clamp","feature":{"sae":"s","index":1}}"#)
        == "params.value: required, but absent")
    #expect(
      message(Part.self, #"{"text":"a","image":{"path":"/b"}}"#)
        == "params: expected one of {\"text\"}, {\"image\"}, {\"video\"}, found object")
  }

  @Test(arguments: [
    (#"{"context":"c","topK":-1}"#, "params.topK: expected integer ≥ 0, found integer -1"),
    (
      #"{"context":"c","topK":5,"position":-2}"#,
      "params.position: expected integer ≥ -1, found integer -2"
    ),
    (
      #"{"context":"c","topK":5,"version":0}"#,
      "params.version: expected integer ≥ 1, found integer 0"
    ),
    (#"{"topK":5}"#, "params.context: required, but absent"),
    (#"{"context":7,"topK":5}"#, "params.context: expected string, found integer 7"),
  ])
  func boundsAreChecked(text: String, expected: String) {
    #expect(message(ContextLogits.Params.self, text) == expected)
  }

  @Test func nestedPathsAreNamedInFull() {
    let text = #"""
      {"context":"c","sae":"s","targets":[{"kind":"logit","token":{"id":-1}}],"interventions":
       [{"op":"zero","feature":{"sae":"s","index":0},"at":[{"span":{"start":5,"end":2}}]}]}
      """#
    #expect(
      message(AblationRun.Params.self, text)
        == "params.interventions[0].at[0].span.end: expected integer ≥ 5, found integer 2")
  }

  @Test func noNumberIsReadThatIsNotOne() {
    for value in ["null", "\"NaN\"", "true", "[]"] {
      let text = #"{"op":"clamp","value":\#(value),"feature":{"sae":"s","index":0}}"#
      #expect(message(Intervention.self, text).hasPrefix("params.value: expected number"))
    }
  }

  @Test func tensorsKeepTheirBytes() throws {
    let tensor = WireTensor(shape: [2, 2], values: [1, -2.5, 0, .greatestFiniteMagnitude])
    let json = try JSONValue(encoding: tensor)
    // python: base64.b64encode(struct.pack("<4f", 1, -2.5, 0, 3.4028234663852886e38))
    #expect(json["base64"] == "AACAPwAAIMAAAAAA//9/fw==")
    #expect(try json.decode(WireTensor.self) == tensor)
    #expect(throws: WireError.self) {
      try JSONValue(encoding: WireTensor(shape: [1], values: [.nan]))
    }
    for text in [
      #"{"shape":[3],"dtype":"float32","base64":"AACAPw=="}"#,
      #"{"shape":[-1],"dtype":"float32","base64":""}"#,
      #"{"shape":[4611686018427387904,4],"dtype":"float32","base64":""}"#,
      #"{"shape":[1],"dtype":"float16","base64":"AACAPw=="}"#,
      #"{"shape":[1],"dtype":"float32","base64":"AAC*Pw=="}"#,
    ] {
      #expect(throws: WireError.self) { try read(WireTensor.self, text) }
    }
  }

  @Test func longListsTravelAsTensors() throws {
    let short = WireNumbers(Array(repeating: 0.5, count: 4096))
    #expect(try JSONValue(encoding: short).arrayValue?.count == 4096)
    let long = WireNumbers(Array(repeating: 0.5, count: 4097))
    let json = try JSONValue(encoding: long)
    #expect(json["shape"] == [4097])
    #expect(try json.decode(WireNumbers.self) == long)
  }

  /// The examples of RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64IsTheStandardOne(text: String, encoded: String) {
    #expect(Base64.encode(Array(text.utf8)) == encoded)
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: [
    ("", ""), ("Zm9v\r\nYmE=\n", "fooba"), ("Zm9vYg", "foob"), ("Zm9vYg=", "foob"), ("=", ""),
    ("Zm9=", "fo"), ("====", ""),
  ])
  func base64IsReadWithLineBreaksAndWithoutPadding(encoded: String, text: String) {
    #expect(Base64.decode(encoded) == Array(text.utf8))
  }

  @Test(arguments: ["Z", "Zg==Zg", "Zg=v", "Zm9v*", "Zm 9v", "Zm9vY", "Zm9v\tYmE=", "Zm9é", "=Zg="])
  func base64RefusesWhatItIsNot(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test func domainErrorsCarryTheirKind() {
    let error = DomainError.outOfMemory("too much", neededBytes: 10, availableBytes: 4)
    #expect(error.failure.code == -32803)
    #expect(
      error.failure.data
        == .object([
          "kind": "outOfMemory", "message": "too much", "retryable": true, "neededBytes": 10,
          "availableBytes": 4,
        ]))
  }
}
