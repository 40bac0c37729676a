/// One question of a job to a model, with whatever it is shown.
struct AskedQuestion: Sendable {
  /// The asker's number for it: the reply has it again.
  var id: Int
  var system: String
  /// What stands before all that is shown.
  var instruction: String
  /// Texts that are shown, numbered in the question.
  var excerpts: [String] = []
  /// PNG files that are shown, in this order.
  var pictures: [[UInt8]] = []
  /// Whether a model with a short context may be shown fewer of them, the last left out first.
  var mayBeShortened = false
  /// Of the chance in what is waited before it is asked again.
  var seed: UInt64
  /// What the latent of this number is held at while the model looks at a blank picture; nil:
  /// nothing is held.
  var held: Float?
  /// What to do where it is longer than the model that is asked takes, if something can be done.
  var hintIfTooLong: String?

  /// The instruction, and behind it the excerpts.
  var words: String {
    ([instruction]
      + excerpts.enumerated().map { "Excerpt \($0 + 1):\n\($1)" }).joined(separator: "\n\n")
  }

  /// - Returns: whether there is less to show now.
  mutating func shorten() -> Bool {
    guard mayBeShortened, excerpts.count + pictures.count > 1 else { return false }
    if pictures.popLast() == nil { excerpts.removeLast() }
    return true
  }
}
