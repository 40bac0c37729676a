/// An answer token by token, with the probabilities of those that were not sure.
struct AnswerStrip {
  /// From this probability on, a token needs no number below it.
  private static let sure = 0.995
  /// Up to so many tokens, probabilities stand below them.
  private static let noted = 80
  private static let tokenLimit = 4_096

  let answer: SessionReport.Reply

  init(_ answer: SessionReport.Reply) { self.answer = answer }

  var html: String {
    guard !answer.tokens.isEmpty else { return "<p class=\"soft\">no words</p>" }
    let shown = answer.tokens.prefix(Self.tokenLimit)
    let rest = answer.tokens.count - shown.count
    return "<p class=\"said tokens\">" + shown.map(token).joined() + "</p>"
      + (rest > 0 ? "<p class=\"soft\">and \(NumberText.counted(rest, "token")) more</p>" : "")
      + (answer.isCut ? "<p class=\"soft\">cut off at the most tokens allowed</p>" : "")
  }

  private func token(_ token: SessionReport.Reply.Token) -> String {
    let percent =
      token.probability.isFinite ? "\(NumberText.fixed(100 * token.probability, 1)) %" : "?"
    let isNoted = token.probability < Self.sure && answer.tokens.count <= Self.noted
    return "<span class=\"token\(token.isNew ? " new" : "")\" title=\"probability \(percent)\">"
      + "<span class=\"word\">\(TokenLine.shown(token.text))</span>"
      + (isNoted ? "<small>\(percent)</small>" : "") + "</span>"
  }
}
