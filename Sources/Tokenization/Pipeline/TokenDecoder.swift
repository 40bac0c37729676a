/// How tokens become text again.
indirect enum TokenDecoder: Sendable {
  case replace([UInt8], by: [UInt8])
  /// Tokens <0xNN> are bytes.
  case byteFallback
  /// Joins all tokens into one.
  case fuse
  /// Takes up to so many of a character off each token's start and end.
  case strip([UInt8], start: Int, end: Int)
  /// Reads the byte-level alphabet.
  case byteLevel
  case metaspace(replacement: [UInt8], dropsFirst: Bool)
  case sequence([TokenDecoder])

  func callAsFunction(_ tokens: [[UInt8]], _ alphabet: ByteAlphabet) -> [[UInt8]] {
    switch self {
    case .replace(let old, let new): return tokens.map { $0.replacing(old, with: new) }
    case .byteFallback: return Self.decodeBytes(tokens)
    case .fuse: return [Array(tokens.joined())]
    case .strip(let character, let start, let end):
      return tokens.map { Self.strip($0, character, start, end) }
    case .byteLevel:
      let bytes = tokens.flatMap(alphabet.decode)
      return [Array(String(decoding: bytes, as: UTF8.self).utf8)]
    case .metaspace(let replacement, let dropsFirst):
      return tokens.enumerated().map { index, token in
        token.replacing(replacement, with: index == 0 && dropsFirst ? [] : [UInt8(ascii: " ")])
      }
    case .sequence(let steps): return steps.reduce(tokens) { $1($0, alphabet) }
    }
  }

  /// The bytes that one token stands for within a text: no stripping, which is the text's own.
  func bytes(of token: [UInt8], _ alphabet: ByteAlphabet) -> [UInt8] {
    switch self {
    case .replace(let old, let new): token.replacing(old, with: new)
    case .byteFallback: Self.fallbackByte(token).map { [$0] } ?? token
    case .fuse, .strip: token
    case .byteLevel: alphabet.decode(token)
    case .metaspace(let replacement, _):
      token.replacing(replacement, with: [UInt8(ascii: " ")])
    case .sequence(let steps): steps.reduce(token) { $1.bytes(of: $0, alphabet) }
    }
  }

  /// Whether it takes the token for a byte, <0xNN>.
  func isByte(_ token: ArraySlice<UInt8>?) -> Bool {
    switch self {
    case .byteFallback: token.map { Self.fallbackByte(Array($0)) != nil } ?? false
    case .sequence(let steps): steps.contains { $0.isByte(token) }
    default: false
    }
  }

  /// How many times as long a token may become, at most.
  var growth: Int {
    switch self {
    case .replace(let old, let new): max(1, (new.count + old.count - 1) / max(1, old.count))
    case .sequence(let steps):
      steps.reduce(1) { product, step in
        let (result, overflow) = product.multipliedReportingOverflow(by: step.growth)
        return overflow ? .max : result
      }
    case .byteFallback, .fuse, .strip, .byteLevel, .metaspace: 1
    }
  }

  /// The character and the number of them that a whole text loses at its start.
  var leadingStrip: (character: [UInt8], count: Int)? {
    switch self {
    case .strip(let character, let start, _): start > 0 ? (character, start) : nil
    case .metaspace(_, let dropsFirst): dropsFirst ? ([UInt8(ascii: " ")], 1) : nil
    case .sequence(let steps): steps.lazy.compactMap(\.leadingStrip).first
    default: nil
    }
  }

  /// Runs of <0xNN> become their text, or U+FFFD for each byte of a run that is not UTF-8.
  private static func decodeBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      let isText = (try? UTF8Span(validating: run.span)) != nil
      result.append(isText ? run : run.flatMap { _ in Array("\u{FFFD}".utf8) })
      run.removeAll()
    }
    for token in tokens {
      if let byte = fallbackByte(token) {
        run.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  private static func fallbackByte(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: Array("<0x".utf8)), token[5] == UInt8(ascii: ">")
    else { return nil }
    return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
  }

  private static func strip(
    _ token: [UInt8], _ character: [UInt8], _ start: Int, _ end: Int
  ) -> [UInt8] {
    guard !character.isEmpty else { return token }
    var rest = token[...]
    for _ in 0..<start {
      guard rest.starts(with: character) else { break }
      rest = rest.dropFirst(character.count)
    }
    for _ in 0..<end {
      guard rest.suffix(character.count).elementsEqual(character), !rest.isEmpty else { break }
      rest = rest.dropLast(character.count)
    }
    return Array(rest)
  }
}
