/// What came of a question.
struct AskedReply: Sendable {
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

  /// The question's number.
  var id: Int
  var outcome: Outcome
}
