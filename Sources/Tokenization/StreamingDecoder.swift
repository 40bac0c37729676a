/// Turns tokens into text one at a time: gives out only whole characters and holds back the bytes
/// of one that is not yet complete.
package struct StreamingDecoder {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var held: [UInt8] = []
  /// How often the text's first character may still be taken off its start.
  private var strip: (character: [UInt8], count: Int)?

  package init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    skipsSpecialTokens = skipSpecialTokens
    strip = tokenizer.parts.decoder?.leadingStrip
  }

  /// Takes a token; the text that is complete with it, often empty.
  package mutating func append(_ id: Int) -> String {
    if skipsSpecialTokens && tokenizer.specialTokenIDs.contains(id) { return "" }
    held.append(contentsOf: tokenizer.tokenBytes(id) ?? [])
    stripStart()
    let complete = held.count - Self.incompleteSuffixLength(held)
    let text = String(decoding: held[..<complete], as: UTF8.self)
    held.removeFirst(complete)
    return text
  }

  /// The end of the text: what was held back, as U+FFFD.
  package mutating func finish() -> String {
    defer { held.removeAll() }
    return String(decoding: held, as: UTF8.self)
  }

  private mutating func stripStart() {
    guard let (character, count) = strip, !held.isEmpty else { return }
    var left = count
    while left > 0, held.starts(with: character) {
      held.removeFirst(character.count)
      left -= 1
    }
    strip = held.isEmpty && left > 0 ? (character, left) : nil
  }

  /// How many bytes at the end begin a character that more bytes may complete.
  private static func incompleteSuffixLength(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let byte = bytes[bytes.count - length]
      if byte & 0xC0 == 0x80 { continue }
      let needed =
        switch byte {
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 1
        }
      return needed > length ? length : 0
    }
    return 0
  }
}
