/// The picture of the story, and what is asked about it.
struct StoryPicture {
  let path: String
  let name: String
  /// What its drawing program knows; none for a picture from elsewhere.
  let facts: HeldOutPicture?
  let question: String

  /// The question as the held-out set has it.
  var known: PictureQuestion? { facts?.questions.first { $0.text == question } }
}
