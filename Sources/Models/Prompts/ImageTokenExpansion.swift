/// A rendered prompt with what its pictures become in the places of their image tokens.
struct ImageTokenExpansion {
  let text: String
  private let occurrences: [Range<Int>]
  /// Bytes of what each occurrence becomes.
  private let lengths: [Int]

  /// Throws unless there is one image token for each expansion: `ModelError.picturesLeftOut` where
  /// the template shows fewer; where there are more, `.textsMakeImageToken` if texts have part in
  /// one, else `.inconsistent`.
  /// - Parameters:
  ///   - expansions: what the pictures become, in order.
  ///   - textParts: which parts are texts.
  ///   - roles: of the turns in which pictures stand, each once.
  init(
    _ rendered: RenderedPrompt, imageToken: String?, expansions: [String], textParts: [Int],
    roles: [String]
  ) throws(ModelError) {
    let occurrences = RenderedPrompt.occurrences(of: imageToken, in: rendered.text)
    let token = imageToken ?? "image token"
    guard occurrences.count >= expansions.count else {
      throw .picturesLeftOut(
        token: token, found: occurrences.count, expected: expansions.count, roles: roles)
    }
    guard occurrences.count == expansions.count else {
      let makers = textParts.filter { part in
        rendered.ranges[part].map { range in occurrences.contains { $0.overlaps(range) } } ?? false
      }
      guard makers.isEmpty else { throw .textsMakeImageToken(parts: makers, token: token) }
      throw .inconsistent(
        what: "the number of \(token) in the rendered prompt", found: "\(occurrences.count)",
        expected: "\(expansions.count), one for each picture")
    }
    self.occurrences = occurrences
    lengths = expansions.map(\.utf8.count)
    var bytes: [UInt8] = []
    let source = Array(rendered.text.utf8)
    var end = 0
    for (occurrence, expansion) in zip(occurrences, expansions) {
      bytes += source[end..<occurrence.lowerBound]
      bytes += expansion.utf8
      end = occurrence.upperBound
    }
    text = String(decoding: bytes + source[end...], as: UTF8.self)
  }

  /// A stretch of the rendered text, in UTF-8 offsets of the expanded one.
  func range(_ range: Range<Int>) -> Range<Int> {
    offset(range.lowerBound)..<offset(range.upperBound)
  }

  private func offset(_ offset: Int) -> Int {
    zip(occurrences, lengths).reduce(offset) { total, image in
      image.0.upperBound <= offset ? total + image.1 - image.0.count : total
    }
  }
}
