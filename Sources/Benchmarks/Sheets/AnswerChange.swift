/// A question that an arm puts right or loses.
package struct AnswerChange: Sendable, Equatable {
  package let arm: String
  package let item: QuestionItem
  /// What the plain model says.
  package let before: String
  package let after: String
  package let isHelp: Bool
}

extension AnswerSheet {
  /// The questions that an arm puts right, or loses, as far as a limit goes: those that are put
  /// right first.
  package func changes(in arm: Arm, limit: Int) -> [AnswerChange] {
    let pairs = zip(judgedAnswers(of: .plain), judgedAnswers(of: arm))
    let changes = pairs.compactMap { before, after -> AnswerChange? in
      guard before.isRight != after.isRight else { return nil }
      return AnswerChange(
        arm: arm.name, item: before.item, before: before.text, after: after.text,
        isHelp: after.isRight)
    }
    return Array((changes.filter(\.isHelp) + changes.filter { !$0.isHelp }).prefix(limit))
  }
}
