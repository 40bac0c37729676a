/// A question with what a model said to it.
package struct AnsweredQuestion: Sendable, Equatable {
  package let item: QuestionItem
  package let text: String
  package let judgement: Judgement

  package init(_ item: QuestionItem, text: String, format: QuestionFormat) {
    self.item = item
    self.text = text
    judgement = Judgement(of: text, to: item, format: format)
  }

  /// Whether anything is right.
  package var hasTruth: Bool { !item.answer.isEmpty }

  /// Whether it counts as right. In HallusionBench a question on what is known, asked without its
  /// figure, may be left open.
  package var isRight: Bool {
    if judgement.verdict == .unclear, let place = item.place {
      return place.category == "VS" && place.figure == "0"
    }
    return judgement.verdict == .right
  }

  /// nil where the question is not answered by one of the two.
  var truth: YesNo? { YesNo(truth: item.answer) }
}
