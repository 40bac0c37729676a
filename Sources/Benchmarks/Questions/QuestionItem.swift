/// A question of a set with its right answer.
package struct QuestionItem: Sendable, Equatable {
  /// Unlike that of any other question of its set.
  package var id: String
  /// As the set's file names it; nil for a question without a picture.
  package var picture: String?
  package var question: String
  /// A word or phrase; `Yes` or `No` in the public sets; empty where nothing is right.
  package var answer: String
  /// What sort of question it is, in the set's own words.
  package var kind: String?
  /// Whether the text is continued as it stands, without a chat template.
  package var isPlainText: Bool
  /// Where the question stands in HallusionBench; nil for those of other sets.
  package var place: HallusionPlace?

  package init(
    id: String, picture: String?, question: String, answer: String, kind: String? = nil,
    isPlainText: Bool = false, place: HallusionPlace? = nil
  ) {
    self.id = id
    self.picture = picture
    self.question = question
    self.answer = answer
    self.kind = kind
    self.isPlainText = isPlainText
    self.place = place
  }
}

/// How HallusionBench groups its questions (`tianyi-lab/HallusionBench`, HallusionBench.json).
package struct HallusionPlace: Sendable, Hashable {
  /// `VD`, which needs the picture, or `VS`, where it adds to what is known.
  package var category: String
  package var subcategory: String
  package var set: String
  /// `0` is the original figure, or none.
  package var figure: String
  package var question: String
  /// `0` without a picture, `1` with the original one, `2` with an edited one: a hard question.
  package var visualInput: String

  package init(
    category: String, subcategory: String, set: String, figure: String, question: String,
    visualInput: String
  ) {
    self.category = category
    self.subcategory = subcategory
    self.set = set
    self.figure = figure
    self.question = question
    self.visualInput = visualInput
  }
}
