/// What is done to the text between added tokens before it is cut into words.
indirect enum Normalizer: Sendable {
  case unicode(UnicodeForm)
  case lowercased
  /// White space off either end.
  case strip(left: Bool, right: Bool)
  case prepend([UInt8])
  case replace(SplitPattern, by: [UInt8])
  case sequence([Normalizer])

  /// A piece that loses its beginning is no longer at the text's start, as in the reference.
  func callAsFunction(
    _ piece: Piece, _ budget: TextBudget
  ) throws(TokenizationError) -> Piece {
    if case .sequence(let steps) = self {
      try budget.spend(bytes: piece.bytes.count)
      var piece = piece
      for step in steps { piece = try step(piece, budget) }
      return piece
    }
    var isAtStart = piece.isAtStart
    let bytes = try normalized(piece.bytes, isAtStart: &isAtStart, budget)
    return Piece(bytes: bytes, isAtStart: isAtStart)
  }

  private func normalized(
    _ text: [UInt8], isAtStart: inout Bool, _ budget: TextBudget
  ) throws(TokenizationError) -> [UInt8] {
    try budget.spend(bytes: text.count)
    switch self {
    case .unicode(let form): return form(text)
    case .lowercased:
      // By scalar, without context, as the reference does.
      return String(decoding: text, as: UTF8.self).unicodeScalars.flatMap {
        Array($0.properties.lowercaseMapping.utf8)
      }
    case .strip(let left, let right):
      let rest = Self.stripped(text, left: left, right: right)
      if rest.lowerBound > 0 { isAtStart = false }
      return Array(text[rest])
    case .prepend(let prefix):
      if text.isEmpty { return text }
      try budget.spend(bytes: prefix.count + text.count)
      return prefix + text
    case .replace(let pattern, let new):
      let matches = try pattern.matches(in: text, budget)
      let (size, overflow) = matches.count.multipliedReportingOverflow(by: new.count)
      try budget.spend(steps: matches.count, bytes: overflow ? .max : size)
      if new.isEmpty, let first = matches.first, first.lowerBound == 0, !first.isEmpty {
        isAtStart = false
      }
      return text.replacing(matches, with: new)
    case .sequence: preconditionFailure("a sequence is run step by step")
    }
  }

  /// The range of `text` without the white space at its ends.
  private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> Range<Int> {
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    var rest = scalars[...]
    if left { rest = rest.drop { $0.properties.isWhitespace } }
    let start = text.count - rest.reduce(0) { $0 + UTF8.width($1) }
    if right { while let last = rest.last, last.properties.isWhitespace { rest.removeLast() } }
    return start..<start + rest.reduce(0) { $0 + UTF8.width($1) }
  }
}
