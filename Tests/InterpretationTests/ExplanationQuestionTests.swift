import Interpretation
import Testing

/// What an explainer's answer is taken for.
@Suite struct ExplanationQuestionTests {
  private let json = ExplanationQuestion(form: .json, isText: false)
  private let sentence = ExplanationQuestion(form: .sentence, isText: true)

  @Test(arguments: [
    #"{"interpretable": true, "explanation": "wheels of bicycles"}"#,
    "```json\n{\"interpretable\": true,\n \"explanation\": \"wheels of bicycles\"}\n```",
    "  {\"explanation\": \" wheels \\n of  bicycles\", \"interpretable\": true}\n",
    "<think>{is it?}</think>{\"interpretable\": true, \"explanation\": \"wheels of bicycles\"}",
  ])
  func readsAnExplanation(answer: String) {
    #expect(json.read(answer) == .explained("wheels of bicycles"))
  }

  @Test func knowsThatNothingWasFound() {
    #expect(json.read(#"{"interpretable": false, "explanation": ""}"#) == .uninterpretable)
    #expect(sentence.read(" Unclear.") == .uninterpretable)
    // What only speaks of it is an explanation.
    #expect(sentence.read("unclear handwriting") == .explained("unclear handwriting"))
  }

  @Test(arguments: [
    "", "wheels of bicycles", "{}", "{\"interpretable\": true}", "[]",
    "{\"interpretable\": \"yes\"}",
    #"{"interpretable": true, "explanation": ""}"#, #"{"interpretable": true, "explanation": 7}"#,
    #"Sure! {"interpretable": true, "explanation": "wheels"} I hope it helps"#,
    #"{"interpretable": true, "explanation": "whe"#,
  ])
  func takesNothingElseForAnExplanation(answer: String) {
    guard case .unreadable = json.read(answer) else {
      Issue.record("\(answer) was read as \(json.read(answer))")
      return
    }
  }

  @Test func refusesWhatIsTooLongOrEmpty() {
    let long = String(repeating: "x", count: 2001)
    guard case .unreadable = sentence.read(long), case .unreadable = sentence.read(" \n") else {
      Issue.record("it was taken for an explanation")
      return
    }
  }

  @Test func tellsTextsFromPictures() {
    #expect(json.instruction.contains("bright regions"))
    #expect(sentence.instruction.contains("⟦"))
    #expect(json.instruction.contains("interpretable") && sentence.instruction.contains("UNCLEAR"))
  }
}
