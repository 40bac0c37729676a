/// A token that is found in the text as it stands, before any encoding.
struct AddedToken: Sendable, Equatable {
  var id: Int
  var content: String
  /// Left out when decoding without special tokens.
  var isSpecial = false
  /// Found in the normalised text instead of the raw one.
  var isNormalized = false
  /// Takes in the white space before it.
  var stripsLeft = false
  /// Takes in the white space after it.
  var stripsRight = false
  /// Found only where no word character touches it.
  var isSingleWord = false
}

/// Finds added tokens in text: leftmost first, of those the longest.
struct AddedTokenMatcher: Sendable {
  /// A stretch of the text: an added token, or what lies between two.
  struct Stretch: Equatable {
    var range: Range<Int>
    var token: Int?
  }

  private let tokens: [AddedToken]
  /// By state << 8 | byte: the next state of a trie over the tokens' bytes.
  private var transitions: [UInt32: UInt32] = [:]
  /// By state: the token that ends here, as an index into `tokens`; -1 where none does.
  private var accepted: [Int32] = [-1]
  private var firstBytes: Set<UInt8> = []

  /// `patterns` are the bytes to find for each of `tokens`, less than 2^24 together.
  init(_ tokens: [AddedToken], patterns: [[UInt8]]) {
    self.tokens = tokens
    for (index, pattern) in patterns.enumerated() where !pattern.isEmpty {
      firstBytes.insert(pattern[0])
      var state: UInt32 = 0
      for byte in pattern {
        let key = state << 8 | UInt32(byte)
        if let next = transitions[key] {
          state = next
        } else {
          state = UInt32(accepted.count)
          transitions[key] = state
          accepted.append(-1)
        }
      }
      if accepted[Int(state)] < 0 { accepted[Int(state)] = Int32(index) }
    }
  }

  /// Cuts `text` into added tokens and the rest.
  func stretches(of text: [UInt8], _ budget: TextBudget) throws(TokenizationError) -> [Stretch] {
    if firstBytes.isEmpty { return [Stretch(range: 0..<text.count, token: nil)] }
    var stretches: [Stretch] = []
    var consumed = 0
    var position = 0
    while position < text.count {
      guard firstBytes.contains(text[position]),
        let (index, matchEnd) = try longestMatch(in: text, at: position, budget)
      else {
        position += 1
        continue
      }
      let start = position
      position = matchEnd
      let token = tokens[index]
      if token.isSingleWord, touchesWord(text, start..<matchEnd) { continue }
      // Spaces that the token before has taken are not taken twice. A token of spaces is found
      // among them all the same, as by the reference.
      let from = token.stripsLeft ? max(consumed, spaceStart(text, before: start)) : start
      let to = token.stripsRight ? spaceEnd(text, after: matchEnd) : matchEnd
      if from > consumed { stretches.append(Stretch(range: consumed..<from, token: nil)) }
      stretches.append(Stretch(range: from..<to, token: token.id))
      consumed = to
    }
    if consumed < text.count {
      stretches.append(Stretch(range: consumed..<text.count, token: nil))
    }
    return stretches
  }

  private func longestMatch(
    in text: [UInt8], at start: Int, _ budget: TextBudget
  ) throws(TokenizationError) -> (index: Int, end: Int)? {
    var state: UInt32 = 0
    var best: (index: Int, end: Int)?
    for position in start..<text.count {
      try budget.spend()
      guard let next = transitions[state << 8 | UInt32(text[position])] else { break }
      state = next
      let index = Int(accepted[Int(state)])
      if index >= 0 { best = (index, position + 1) }
    }
    return best
  }

  private func touchesWord(_ text: [UInt8], _ range: Range<Int>) -> Bool {
    let before = String(decoding: text[..<range.lowerBound].suffix(4), as: UTF8.self)
    let after = String(decoding: text[range.upperBound...].prefix(4), as: UTF8.self)
    return (before.unicodeScalars.last.map(Self.isWordCharacter) ?? false)
      || (after.unicodeScalars.first.map(Self.isWordCharacter) ?? false)
  }

  /// \w: alphabetic characters, marks, decimal numbers, connecting punctuation and joiners.
  private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }

  private func spaceStart(_ text: [UInt8], before end: Int) -> Int {
    var start = end
    while start > 0 {
      var first = start - 1
      while first > 0, text[first] & 0xC0 == 0x80 { first -= 1 }
      let character = String(decoding: text[first..<start], as: UTF8.self).unicodeScalars.first
      guard let character, character.properties.isWhitespace else { break }
      start = first
    }
    return start
  }

  private func spaceEnd(_ text: [UInt8], after start: Int) -> Int {
    var end = start
    while end < text.count {
      var next = end + 1
      while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
      let character = String(decoding: text[end..<next], as: UTF8.self).unicodeScalars.first
      guard let character, character.properties.isWhitespace else { break }
      end = next
    }
    return end
  }
}
