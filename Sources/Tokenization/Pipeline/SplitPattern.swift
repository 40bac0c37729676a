/// Where text is cut.
enum SplitPattern: Sendable {
  /// One of the patterns that are scanned by hand.
  case known(WordScanner.Pattern)
  case literal([UInt8])
  /// Every number by itself.
  case digits
  /// Every punctuation mark by itself.
  case punctuation
  /// Any other regular expression.
  case expression(RegularExpression)

  /// Throws as `RegularExpression` does.
  init(expression: String) throws(TokenizationError) {
    if let known = WordScanner.Pattern(rawValue: expression) {
      self = .known(known)
    } else {
      self = .expression(try RegularExpression(expression))
    }
  }

  /// The matches in `text`, ascending and without overlap, as the reference finds them: none in an
  /// empty text. Throws `.overBudget`, `.stopped`.
  func matches(in text: [UInt8], _ budget: TextBudget) throws(TokenizationError) -> [Range<Int>] {
    if text.isEmpty { return [] }
    switch self {
    case .known(let pattern): return WordScanner(pattern, text: text[...]).words()
    case .literal(let literal): return ByteSearch.occurrences(of: literal, in: text)
    case .digits: return Self.characters(of: text, where: CharacterClass.isNumber)
    case .punctuation: return Self.characters(of: text, where: CharacterClass.isPunctuation)
    case .expression(let expression): return try expression.matches(in: text, budget)
    }
  }

  private static func characters(
    of text: [UInt8], where matches: (Unicode.Scalar) -> Bool
  ) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var offset = 0
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      let end = offset + UTF8.width(scalar)
      if matches(scalar) { ranges.append(offset..<end) }
      offset = end
    }
    return ranges
  }
}
