/// A rendered prompt with every image token repeated as often as its picture has tokens.
struct ImageTokenExpansion {
  let text: String
  private let occurrences: [Range<Int>]
  private let counts: [Int]

  /// Throws unless there is one image token for each count: `ModelError.picturesLeftOut` where the
  /// template shows fewer; where there are more, `.textsMakeImageToken` if texts have part in one,
  /// else `.inconsistent`.
  /// - Parameter textParts: which parts are texts.
  init(
    _ rendered: RenderedPrompt, imageToken: String?, counts: [Int], textParts: [Int]
  ) throws(ModelError) {
    let occurrences = RenderedPrompt.occurrences(of: imageToken, in: rendered.text)
    let token = imageToken ?? "image token"
    guard occurrences.count >= counts.count else {
      throw .picturesLeftOut(token: token, found: occurrences.count, expected: counts.count)
    }
    guard occurrences.count == counts.count else {
      let makers = textParts.filter { part in
        rendered.ranges[part].map { range in occurrences.contains { $0.overlaps(range) } } ?? false
      }
      guard makers.isEmpty else { throw .textsMakeImageToken(parts: makers, token: token) }
      throw .inconsistent(
        what: "the number of \(token) in the rendered prompt", found: "\(occurrences.count)",
        expected: "\(counts.count), one for each picture")
    }
    self.occurrences = occurrences
    self.counts = counts
    var bytes: [UInt8] = []
    let source = Array(rendered.text.utf8)
    var end = 0
    for (occurrence, count) in zip(occurrences, counts) {
      bytes += source[end..<occurrence.lowerBound]
      for _ in 0..<count { bytes += source[occurrence] }
      end = occurrence.upperBound
    }
    text = String(decoding: bytes + source[end...], as: UTF8.self)
  }

  /// A stretch of the rendered text, in UTF-8 offsets of the expanded one.
  func range(_ range: Range<Int>) -> Range<Int> {
    offset(range.lowerBound)..<offset(range.upperBound)
  }

  private func offset(_ offset: Int) -> Int {
    zip(occurrences, counts).reduce(offset) { total, image in
      image.0.upperBound <= offset ? total + (image.1 - 1) * image.0.count : total
    }
  }
}
