import Explanations
import Testing

/// What a judge's answer is taken for.
@Suite struct JudgeQuestionTests {
  private func read(
    _ text: String, _ kind: JudgeQuestion.Kind, _ form: JudgeQuestion.Form
  ) -> JudgeQuestion.Verdict {
    JudgeQuestion(kind, form: form, description: "wheels", pictures: 5).read(text)
  }

  @Test(arguments: [
    (#"{"consistent": true}"#, JudgeQuestion.Kind.consistency, 1),
    (#"{"consistent": false, "why": "{dark}"}"#, .consistency, 0),
    ("```json\n{\"fits\": true}\n```", .detection, 1),
    (" {\"fits\":false}\n", .fuzz, 0),
    ("<think>{\"fits\": true}? no.</think>{\"fits\": false}", .fuzz, 0),
    (#"{"odd": 3}"#, .intruder, 3), (#"{"odd": 5}"#, .intruder, 5),
  ])
  func readsAnObject(text: String, kind: JudgeQuestion.Kind, said: Int) {
    #expect(read(text, kind, .json) == .said(said))
  }

  @Test(arguments: [
    ("Yes.", JudgeQuestion.Kind.detection, 1), (" no\n", .detection, 0), ("**NO**", .fuzz, 0),
    ("yes", .consistency, 1), ("4", .intruder, 4), (" 2.", .intruder, 2), ("\"5\"", .intruder, 5),
    ("<think>perhaps 3</think>1", .intruder, 1),
  ])
  func readsAWord(text: String, kind: JudgeQuestion.Kind, said: Int) {
    #expect(read(text, kind, .word) == .said(said))
  }

  @Test(arguments: [
    "", "yes", "true", "{}", "[true]", #"{"fits": "true"}"#, #"{"fits": 1}"#,
    #"{"consistent": true}"#, #"The picture fits: {"fits": true}"#, #"{"fits": true} I think"#,
    #"{"fits": tr"#, "<think>{\"fits\": true}",
  ])
  func takesNothingElseForAnObject(text: String) {
    for kind in [JudgeQuestion.Kind.detection, .fuzz] {
      guard case .unreadable(let reason) = read(text, kind, .json) else {
        Issue.record("\(text) was read")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test(arguments: [
    "", "maybe", "yes and no", "yes, it fits", "no picture", "nope", "1", "ja",
    "The description fits.",
  ])
  func takesNothingElseForAWord(text: String) {
    guard case .unreadable = read(text, .detection, .word) else {
      Issue.record("\(text) was read")
      return
    }
  }

  @Test(arguments: [
    ("0", JudgeQuestion.Form.word), ("6", .word), ("2 or 3", .word), ("two", .word), ("-1", .word),
    ("+3", .word), ("3 1", .word), ("...", .word),
    (#"{"odd": 0}"#, .json), (#"{"odd": 6}"#, .json), (#"{"odd": 2.5}"#, .json),
    (#"{"odd": "2"}"#, .json), (#"{"odd": true}"#, .json), (#"{"odd": null}"#, .json),
  ])
  func takesNoOtherPictureForAnIntruder(text: String, form: JudgeQuestion.Form) {
    guard case .unreadable = read(text, .intruder, form) else {
      Issue.record("\(text) was read")
      return
    }
  }

  @Test func asksForWhatItReads() {
    for kind in JudgeQuestion.Kind.allCases {
      for form in [JudgeQuestion.Form.json, .word] {
        let question = JudgeQuestion(kind, form: form, description: "red\n  wheels", pictures: 5)
        #expect(question.instruction.contains("JSON") == (form == .json))
        #expect(question.instruction.contains("Description: red wheels") == (kind != .intruder))
        #expect(question.instruction.contains("numbered 1 to 5") == (kind == .intruder))
        #expect(question.instruction.contains("darkened") == (kind != .detection))
      }
    }
  }
}
