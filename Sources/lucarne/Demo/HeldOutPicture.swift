/// A picture of the world's held-out set with what its drawing program knows about it.
struct HeldOutPicture: Decodable {
  let name: String
  let scene: String
  let basin: String?
  let regions: [PictureRegion]
  let questions: [PictureQuestion]

  /// The words that are written in the picture.
  var words: [String] { regions.compactMap(\.word) }

  /// What is to be seen, in words.
  var summary: String {
    let place = basin.map { "a map of the \($0) basin" } ?? "a \(scene)"
    return words.isEmpty
      ? place
      : place + " with the word\(words.count == 1 ? "" : "s") " + words.joined(separator: ", ")
  }
}
