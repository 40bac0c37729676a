/// Where text is cut.
enum SplitPattern: Sendable {
  /// One of the patterns that are scanned by hand.
  case known(WordScanner.Pattern)
  case literal([UInt8])
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
    case .literal(let literal): return Self.occurrences(of: literal, in: text)
    case .expression(let expression):
      let string = String(decoding: text, as: UTF8.self)
      return string.matches(of: try Self.compile(expression)).map { match in
        string.utf8.distance(
          from: string.startIndex, to: match.range.lowerBound)..<string.utf8.distance(
            from: string.startIndex, to: match.range.upperBound)
      }.filter { !$0.isEmpty }
    }
  }

  static func occurrences(of literal: [UInt8], in text: [UInt8]) -> [Range<Int>] {
    guard let first = literal.first else { return [] }
    var ranges: [Range<Int>] = []
    var position = 0
    while position < text.count {
      if text[position] == first, text[position...].starts(with: literal) {
        ranges.append(position..<position + literal.count)
        position += literal.count
      } else {
        position += 1
      }
    }
    return ranges
  }

  /// Scalar semantics: by characters, an accent would not stand apart from its letter.
  private static func compile(_ text: String) throws(TokenizationError) -> Regex<AnyRegexOutput> {
    do { return try Regex(text).matchingSemantics(.unicodeScalar) } catch {
      throw .malformed(what: "pre_tokenizer pattern \(text.prefix(80))", reason: "\(error)")
    }
  }
}
