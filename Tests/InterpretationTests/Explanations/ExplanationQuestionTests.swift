import Explanations
import Interpretation
import Testing

/// What an explainer's answer is taken for.
@Suite struct ExplanationQuestionTests {
  @Test func whatAModelThinksAloudIsNoLabel() {
    for form in [ExplanationQuestion.Form.sentence, .json] {
      let question = ExplanationQuestion(form: form, isText: false)
      let words =
        form == .sentence ? "Red noise." : #"{"interpretable":true,"explanation":"Red noise."}"#
      let thought = "<think>The patches look noisy, {maybe} red.</think>\n\n"
      #expect(question.read(thought + words) == .explained("Red noise."))
      #expect(question.read("{maybe} red.</think>" + words) == .explained("Red noise."))
      guard case .unreadable(let reason) = question.read("<think>The patches look") else {
        Issue.record("half a thought is an answer")
        continue
      }
      #expect(reason.contains("thought aloud"))
    }
    let sentence = ExplanationQuestion(form: .sentence, isText: false)
    #expect(sentence.read("<think>nothing</think>UNCLEAR") == .uninterpretable)
  }

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
