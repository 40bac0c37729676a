/// A piece of text on its way to becoming words, as UTF-8.
struct Piece {
  var bytes: [UInt8]
  /// Whether the piece begins where the whole text begins.
  var isAtStart: Bool
}

/// What cuts normalised text into the words that are encoded by themselves.
indirect enum PreTokenizer: Sendable {
  /// Cuts at the matches of a pattern, or, where `inverts`, at what lies between them.
  case split(SplitPattern, SplitBehaviour, inverts: Bool)
  /// Spells bytes in the byte-level alphabet, after cutting by GPT-2's pattern if `cuts`.
  case byteLevel(addsPrefixSpace: Bool, cuts: Bool)
  /// Spells spaces as `replacement` and puts one in front.
  case metaspace(replacement: [UInt8], prefix: MetaspacePrefix, splits: Bool)
  case sequence([PreTokenizer])

  func callAsFunction(
    _ piece: Piece, _ alphabet: ByteAlphabet, _ budget: TextBudget
  ) throws(TokenizationError) -> [Piece] {
    try budget.spend(bytes: piece.bytes.count)
    let pieces: [Piece]
    switch self {
    case .split(let pattern, let behaviour, let inverts):
      let matches = try pattern.matches(in: piece.bytes, budget)
      pieces = behaviour.cut(piece, at: matches, inverts: inverts)
    case .byteLevel(let addsPrefixSpace, let cuts):
      pieces = Self.byteLevel(piece, addsPrefixSpace, cuts, alphabet)
    case .metaspace(let replacement, let prefix, let splits):
      pieces = Self.metaspace(piece, replacement, prefix, splits)
    case .sequence(let steps):
      var current = [piece]
      for step in steps {
        var following: [Piece] = []
        for piece in current {
          following.append(contentsOf: try step(piece, alphabet, budget))
        }
        current = following
      }
      pieces = current
    }
    try budget.spend(steps: pieces.count)
    return pieces.filter { !$0.bytes.isEmpty }
  }

  private static func byteLevel(
    _ piece: Piece, _ addsPrefixSpace: Bool, _ cuts: Bool, _ alphabet: ByteAlphabet
  ) -> [Piece] {
    let space = UInt8(ascii: " ")
    let needsSpace = addsPrefixSpace && piece.bytes.first != space
    let bytes = needsSpace ? [space] + piece.bytes : piece.bytes
    let words =
      cuts ? WordScanner(.gpt2, text: bytes[...]).words() : [bytes.startIndex..<bytes.endIndex]
    return words.map {
      Piece(
        bytes: alphabet.encode(bytes[$0]), isAtStart: piece.isAtStart && $0.lowerBound == 0)
    }
  }

  private static func metaspace(
    _ piece: Piece, _ replacement: [UInt8], _ prefix: MetaspacePrefix, _ splits: Bool
  ) -> [Piece] {
    var bytes = piece.bytes.replacing([UInt8(ascii: " ")], with: replacement)
    let prepends =
      switch prefix {
      case .always: true
      case .first: piece.isAtStart
      case .never: false
      }
    if prepends, !bytes.starts(with: replacement) { bytes = replacement + bytes }
    let whole = Piece(bytes: bytes, isAtStart: piece.isAtStart)
    guard splits else { return [whole] }
    let matches = ByteSearch.occurrences(of: replacement, in: bytes)
    return SplitBehaviour.mergedWithNext.cut(whole, at: matches, inverts: false)
  }
}

/// Which pieces get a space put in front, by the names of tokenizer.json.
enum MetaspacePrefix: String, Sendable, CaseIterable {
  case always
  case first
  case never
}
