/// A text of an arm that is not the plain model's, as a judge rates it.
package struct RatedChange: Sendable, Equatable {
  package let item: QuestionItem
  /// What the plain model says.
  package let before: String
  package let after: String
  package let ratings: Ratings

  /// The texts of an arm that differ from the plain model's and are rated, in the sheet's order.
  package static func all(
    in arm: Arm, of sheet: AnswerSheet, _ ratings: RatingSheet
  ) -> [RatedChange] {
    zip(sheet.answers(of: .plain), sheet.answers(of: arm)).compactMap { before, after in
      let found = ratings[.init(id: after.item.id, text: after.text)]
      guard before.text != after.text, found.score != nil else { return nil }
      return RatedChange(
        item: after.item, before: before.text, after: after.text, ratings: found)
    }
  }
}
