/// A question about a picture with its right answer.
struct PictureQuestion: Decodable {
  let kind: String
  let text: String
  let answer: String

  /// Whether it asks for something that is neither drawn nor written, but goes with what is.
  var isProbe: Bool { kind == "probe" }
  /// Whether it asks what a map shows.
  var isAboutMap: Bool { isProbe || kind.hasPrefix("map") }
  var isYesOrNo: Bool { answer == "Yes" || answer == "No" }
}
