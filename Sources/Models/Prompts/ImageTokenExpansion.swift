/// A rendered prompt with what its pictures and videos become in the places of their placeholders.
struct ImageTokenExpansion {
  let text: String
  private let occurrences: [Range<Int>]
  /// Bytes of what each occurrence becomes.
  private let lengths: [Int]

  /// What the pictures, or the videos, become in order.
  struct Kind {
    /// What stands for one of them; nil in a model that sees none.
    let placeholder: String?
    let expansions: [String]
  }

  /// Throws unless there is one placeholder for each expansion: `ModelError.picturesLeftOut` where
  /// the template shows fewer; where there are more, `.textsMakeImageToken` if texts have part in
  /// one, else `.inconsistent`.
  /// - Parameters:
  ///   - textParts: which parts are texts.
  ///   - roles: of the turns in which pictures and videos stand, each once.
  init(
    _ rendered: RenderedPrompt, _ kinds: [Kind], textParts: [Int], roles: [String]
  ) throws(ModelError) {
    var places: [(range: Range<Int>, expansion: String)] = []
    for kind in kinds {
      places += try Self.places(of: kind, in: rendered, textParts: textParts, roles: roles)
    }
    places.sort { $0.range.lowerBound < $1.range.lowerBound }
    occurrences = places.map(\.range)
    lengths = places.map(\.expansion.utf8.count)
    var bytes: [UInt8] = []
    let source = Array(rendered.text.utf8)
    var end = 0
    for (occurrence, expansion) in places {
      bytes += source[end..<occurrence.lowerBound]
      bytes += expansion.utf8
      end = occurrence.upperBound
    }
    text = String(decoding: bytes + source[end...], as: UTF8.self)
  }

  private static func places(
    of kind: Kind, in rendered: RenderedPrompt, textParts: [Int], roles: [String]
  ) throws(ModelError) -> [(range: Range<Int>, expansion: String)] {
    let occurrences = RenderedPrompt.occurrences(of: kind.placeholder, in: rendered.text)
    let (token, expansions) = (kind.placeholder ?? "image token", kind.expansions)
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
    return zip(occurrences, expansions).map { (range: $0, expansion: $1) }
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
