/// Finds which bytes of a file each token of a prompt holds.
///
/// The tokens' bytes are laid along the rendered text, then the parts are found in it, so that a
/// template that trims its texts, a tokenizer that puts spaces in and a normaliser that composes
/// characters do no harm.
package struct TokenPlaces {
  private let partSpans: [Range<Int>]
  /// By position: the bytes of `text` that it holds.
  private let ranges: [Range<Int>]?
  private let text: [UInt8]

  /// - Parameters:
  ///   - text: the rendered prompt, UTF-8.
  ///   - pieces: the bytes of each token, by position; none for a token that `text` does not have.
  ///   - partSpans: the positions of each part's tokens.
  package init(text: [UInt8], pieces: [[UInt8]], partSpans: [Range<Int>]) {
    self.text = text
    self.partSpans = partSpans
    ranges = Self.aligned(pieces, with: text) ?? Self.composed(pieces, with: text)
  }

  /// The stretches of the file that tokens hold, by ascending position; a token
  /// of the template has none.
  ///
  /// - Parameter texts: the parts' texts; nil for images.
  package func ranges(of texts: [MappedText?]) -> [(position: Int, range: Range<Int>)] {
    var found: [(position: Int, range: Range<Int>)] = []
    var searched = 0
    for (text, span) in zip(texts, partSpans) {
      guard let text, let source = text.source, !span.isEmpty else { continue }
      guard let ranges, let place = place(of: text.bytes, span: span, after: searched) else {
        // Nothing finer is known than the part.
        found += span.map { ($0, source) }
        continue
      }
      searched = place.start + place.bytes.count
      // A token that holds bytes of two texts counts with the first, so the
      // second's may begin before.
      for position in span {
        let start = max(ranges[position].lowerBound, place.start)
        let end = min(ranges[position].upperBound, searched)
        guard start < end else { continue }
        let offset = place.skipped - place.start
        found.append((position, text.source(of: start + offset..<end + offset)))
      }
    }
    return found.sorted { $0.position < $1.position }
  }

  /// Where a part, or what a template's trimming left of it, stands.
  private func place(
    of part: [UInt8], span: Range<Int>, after start: Int
  ) -> (start: Int, skipped: Int, bytes: ArraySlice<UInt8>)? {
    guard let ranges, let last = span.last else { return nil }
    let scalars = Array(String(decoding: part, as: UTF8.self).unicodeScalars)
    let front = scalars.prefix { $0.properties.isWhitespace }.reduce(0) { $0 + UTF8.width($1) }
    let back = scalars.reversed().prefix { $0.properties.isWhitespace }
      .reduce(0) { $0 + UTF8.width($1) }
    var candidates = [part[...]]
    if front + back > 0, front < part.count { candidates.append(part[front..<part.count - back]) }
    for bytes in candidates {
      // The part ends within its last token, and begins no later than in its first.
      let ends = ranges[last].lowerBound..<ranges[last].upperBound
      for end in ends.reversed().map({ $0 + 1 }) {
        let begin = end - bytes.count
        guard begin >= start, begin < max(ranges[span.lowerBound].upperBound, start + 1) else {
          continue
        }
        if text[begin..<end].elementsEqual(bytes) { return (begin, bytes.startIndex, bytes) }
      }
    }
    return nil
  }

  /// Lays the pieces along the text; nil where they do not spell it.
  private static func aligned(_ pieces: [[UInt8]], with text: [UInt8]) -> [Range<Int>]? {
    var ranges: [Range<Int>] = []
    var position = 0
    for piece in pieces {
      let rest = text[position...]
      var length = piece.count
      if !rest.starts(with: piece) {
        // SentencePiece tokenizers put a space before a word.
        guard piece.first == UInt8(ascii: " "), rest.starts(with: piece.dropFirst()) else {
          return nil
        }
        length -= 1
      }
      ranges.append(position..<position + length)
      position += length
    }
    return position == text.count ? ranges : nil
  }

  /// The same where a normaliser has composed characters: they are equal as
  /// Unicode has it, one by one.
  private static func composed(_ pieces: [[UInt8]], with text: [UInt8]) -> [Range<Int>]? {
    let spelled = Array(pieces.joined())
    guard let spelling = String(validating: spelled, as: UTF8.self),
      let original = String(validating: text, as: UTF8.self)
    else { return nil }
    // For each byte of the spelling, the character of the text that it belongs to.
    var characters: [Range<Int>] = []
    characters.reserveCapacity(spelled.count)
    var others = original.makeIterator()
    var end = 0
    for character in spelling {
      guard let other = others.next(), other == character else { return nil }
      let range = end..<end + other.utf8.count
      end = range.upperBound
      characters += repeatElement(range, count: character.utf8.count)
    }
    guard others.next() == nil else { return nil }
    var ranges: [Range<Int>] = []
    var position = 0
    for piece in pieces {
      let held = characters[position..<position + piece.count]
      let start = held.first?.lowerBound ?? ranges.last?.upperBound ?? 0
      ranges.append(start..<max(start, held.last?.upperBound ?? start))
      position += piece.count
    }
    return ranges
  }
}
