/// Where text is cut.
enum SplitPattern: Sendable {
  /// One of the patterns that are scanned by hand.
  case known(WordScanner.Pattern)
  case literal([UInt8])
  /// Every number by itself.
  case digits
  /// Every punctuation mark by itself.
  case punctuation
  /// Any other regular expression. It is kept as text, for a compiled one may not be shared
  /// between threads.
  case expression(String)

  /// Throws where `expression` is not a regular expression that Swift reads.
  init(expression: String) throws(TokenizationError) {
    if let known = WordScanner.Pattern(rawValue: expression) {
      self = .known(known)
    } else {
      _ = try Self.compile(expression)
      self = .expression(expression)
    }
  }

  /// The matches in `text`, ascending, not empty and without overlap.
  func matches(in text: [UInt8]) throws(TokenizationError) -> [Range<Int>] {
    switch self {
    case .known(let pattern): return WordScanner(pattern, text: text[...]).words()
    case .literal(let literal): return ByteSearch.occurrences(of: literal, in: text)
    case .digits: return Self.characters(of: text, where: CharacterClass.isNumber)
    case .punctuation: return Self.characters(of: text, where: CharacterClass.isPunctuation)
    case .expression(let expression):
      let string = String(decoding: text, as: UTF8.self)
      return string.matches(of: try Self.compile(expression)).map { match in
        string.utf8.distance(
          from: string.startIndex, to: match.range.lowerBound)..<string.utf8.distance(
            from: string.startIndex, to: match.range.upperBound)
      }.filter { !$0.isEmpty }
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

  /// Scalar semantics: by characters, an accent would not stand apart from its letter.
  private static func compile(_ text: String) throws(TokenizationError) -> Regex<AnyRegexOutput> {
    do { return try Regex(text).matchingSemantics(.unicodeScalar) } catch {
      throw .malformed(what: "tokenizer pattern \(text.prefix(80))", reason: "\(error)")
    }
  }
}
