package import FeatureIndex
package import Images
package import Models

/// One entry of a corpus: a picture, a text or both. Its picture is not read yet.
package struct CorpusEntry: Sendable, Equatable {
  /// What the corpus calls it: a path relative to the folder, a member of
  /// the archive, a prompt's id.
  package var name: String
  /// What the corpus says of its origin.
  package var source: String?
  package var picture: PictureLocation?
  package var text: String?
  /// What the assistant says to it.
  package var answer: String?
  /// Why it cannot be used, where that shows before its picture is read.
  package var problem: String?

  package init(
    name: String, source: String? = nil, picture: PictureLocation? = nil, text: String? = nil,
    answer: String? = nil, problem: String? = nil
  ) {
    self.name = name
    self.source = source
    self.picture = picture
    self.text = text
    self.answer = answer
    self.problem = problem
  }

  /// The prompt's parts: the picture, the text, the answer, each where there is one.
  package func parts(picture: Picture?) -> [PromptPart] {
    var parts: [PromptPart] = []
    if let picture { parts.append(.picture(picture)) }
    if let text { parts.append(.text(text)) }
    if let answer { parts.append(.text(answer, role: "assistant")) }
    return parts
  }
}
