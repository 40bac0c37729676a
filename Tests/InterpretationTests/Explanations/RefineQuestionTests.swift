import Explanations
import Testing

/// What a model's answer to a request for a phrase is taken for.
@Suite struct RefineQuestionTests {
  private let json = RefineQuestion(form: .json, explanation: "the images show\ndogs")
  private let phrase = RefineQuestion(form: .phrase, explanation: "the images show dogs")

  @Test(
    arguments: [
      (
        #"{"phrase": "wheels of bicycles", "kind": "part"}"#, "wheels of bicycles", ConceptKind.part
      ),
      ("```json\n{\"kind\": \"Color\", \"phrase\": \" dark \\n red.\"}\n```", "dark red", .colour),
      (
        #"<think>{x}</think> {"phrase": "the word Stop", "kind": "other"}"#, "the word Stop", .other
      ),
      (#"{"phrase": "dogs"}"#, "dogs", nil), (#"{"phrase": "dogs", "kind": null}"#, "dogs", nil),
    ] as [(String, String, ConceptKind?)])
  func readsAPhrase(answer: String, words: String, kind: ConceptKind?) {
    #expect(json.read(answer) == .refined(.phrase(words, kind: kind)))
  }

  @Test func knowsThatThereIsNone() {
    #expect(json.read(#"{"phrase": null}"#) == .refined(.nothing))
    #expect(json.read(#"{"phrase": null, "kind": "object"}"#) == .refined(.nothing))
    #expect(phrase.read(" None.\n") == .refined(.nothing))
    #expect(phrase.read("none of the dogs") == .refined(.phrase("none of the dogs", kind: nil)))
    #expect(phrase.read("Dogs.") == .refined(.phrase("Dogs", kind: nil)))
  }

  @Test(arguments: [
    "", "dogs", "{}", #"{"phrase": ""}"#, #"{"phrase": " . "}"#, #"{"phrase": 7}"#,
    #"{"phrase": "dogs", "kind": "animal"}"#, #"{"phrase": "dogs", "kind": 3}"#,
    #"Sure: {"phrase": "dogs"}"#, #"{"phrase": "do"#,
    #"{"phrase": "one two three four five six seven eight nine"}"#,
    #"[{"phrase": "dogs"}]"#, "<think>{\"phrase\": \"dogs\"}",
  ])
  func takesNothingElseForAPhrase(answer: String) {
    guard case .unreadable(let reason) = json.read(answer) else {
      Issue.record("\(answer) was read as \(json.read(answer))")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test func refusesWhatIsTooLong() {
    let long = String(repeating: "x", count: 201)
    for answer in [long, "The phrase that you are looking for is probably dogs.", ""] {
      guard case .unreadable = phrase.read(answer) else {
        Issue.record("\(answer) was read as a phrase")
        continue
      }
    }
  }

  @Test func asksForWhatItReads() {
    #expect(
      json.instruction.contains("JSON")
        && json.instruction.contains("Description: the images show dogs"))
    #expect(!phrase.instruction.contains("JSON") && phrase.instruction.contains("NONE"))
    for kind in ConceptKind.allCases { #expect(json.instruction.contains("\"\(kind.rawValue)\"")) }
  }
}
