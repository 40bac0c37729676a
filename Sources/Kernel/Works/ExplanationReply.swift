/// What came of a question.
struct ExplanationReply: Sendable {
  struct Said: Sendable {
    var text: String
    var isCutShort = false
    var promptTokens = 0
    var completionTokens = 0
    var tries = 1
  }

  enum Outcome: Sendable {
    case answered(Said)
    /// There is no answer, for a reason in words.
    case failed(String)
  }

  var task: ExplanationTask
  var outcome: Outcome
}
