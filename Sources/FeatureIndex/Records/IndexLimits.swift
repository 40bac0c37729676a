/// What no index goes beyond: a file that says otherwise is damaged, and its
/// numbers are not computed with.
enum IndexLimits {
  static let latents = 1...1 << 24
  static let exemplars = 1...1_000
  static let spanTokens = 1...Int(UInt16.max)
  static let sampledTokens = 0...1 << 24
  /// Questions asked of each picture.
  static let questions = 1...256
  /// Tokens of an answer.
  static let answerTokens = 0...512
  /// Pixels along a picture's side.
  static let pictureSide = 0...1 << 24
  /// Tokens of a picture.
  static let pictureTokens = 0...1 << 24
  /// Bytes of a layout, as it is written.
  static let layoutBytes = 16 << 10
  /// Positions of a picture's view; maps count them in 16 bits.
  static let gridPositions = 0...1 << 16
  /// Sums over all items, of positions and of bytes.
  static let total = 0...1 << 48
  /// Sides of tiles, patches and canvases in pixels.
  static let tileSide = 1...1 << 16
  static let digestBytes = 32
  /// Bytes of a row, such as a picture's that the index holds.
  static let rowBytes = 256 << 20

  /// A value beyond its limit.
  struct Wrong {
    let what: String
    let found: Int
    let expected: String

    init?(_ what: String, _ found: Int, _ range: ClosedRange<Int>) {
      if range.contains(found) { return nil }
      self.what = what
      self.found = found
      expected = "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}

extension IndexOptions {
  /// The first value beyond its limit.
  var wrong: IndexLimits.Wrong? {
    .init("the number of exemplars", exemplars, IndexLimits.exemplars)
      ?? .init("the number of tokens of a span", spanTokens, IndexLimits.spanTokens)
      ?? .init("the number of sampled tokens", sampledTokens, IndexLimits.sampledTokens)
      ?? questions.flatMap {
        .init("the number of questions", $0.texts.count, IndexLimits.questions)
          ?? .init("the number of tokens of an answer", $0.answerTokens, IndexLimits.answerTokens)
      }
  }
}

extension IndexIdentity {
  /// The first value beyond its limit.
  var wrong: IndexLimits.Wrong? {
    if let wrong = IndexLimits.Wrong("the number of latents", latentCount, IndexLimits.latents) {
      return wrong
    }
    guard let geometry else { return nil }
    let sides = [geometry.tileSide, geometry.patchSide] + geometry.pinpoints.flatMap(\.self)
    for side in sides {
      if let wrong = IndexLimits.Wrong("a side of tiles", side, IndexLimits.tileSide) {
        return wrong
      }
    }
    return nil
  }
}
