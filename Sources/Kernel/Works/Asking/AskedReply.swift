/// What came of a question.
struct AskedReply: Sendable {
  struct Said: Sendable {
    var text: String
    var isCutShort = false
    var promptTokens = 0
    var completionTokens = 0
    var tries = 1
    /// What was answered with nothing held, and with something else.
    var controls: [Control] = []
  }

  struct Control: Sendable {
    /// What it is called where question and answer are kept.
    var name: String
    var text: String
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
