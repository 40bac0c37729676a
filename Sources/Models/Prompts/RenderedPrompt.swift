/// A prompt's text before tokenisation, and where each part lies in it (UTF-8 offsets).
struct RenderedPrompt {
  let text: String
  /// By part; nil for a text that the template did not take over.
  let ranges: [Range<Int>?]

  /// Joins parts as they are.
  init(joining pieces: [String]) {
    var ranges: [Range<Int>?] = []
    var end = 0
    for piece in pieces {
      ranges.append(end..<end + piece.utf8.count)
      end += piece.utf8.count
    }
    text = pieces.joined()
    self.ranges = ranges
  }

  /// Finds the parts in what a template makes of them.
  ///
  /// The template is run a second time with a mark instead of each text. Putting the texts, or the
  /// trimmed texts, in the place of their marks gives the rendered text back with every template
  /// that only copies or trims; otherwise the texts are searched for, one after the other.
  /// - Parameters:
  ///   - pieces: the texts; nil for what is seen, whose placeholders are counted off instead.
  ///   - placeholders: by part, what a template writes for a picture or a video; nil for texts.
  init(
    pieces: [String?], placeholders: [String?], render: ([String?]) throws -> String
  ) throws {
    let text = try render(pieces)
    let marks = pieces.indices.map { Self.mark($0) }
    let marked = try render(pieces.indices.map { pieces[$0] == nil ? nil : marks[$0] })
    let trimmed = pieces.map { $0.map(Self.trimmed) }
    // The beginning of an answer stands behind the template, as it is.
    let candidates = [pieces, trimmed, trimmed.dropLast() + pieces.suffix(1)]
    var texts: [Range<Int>?]?
    for candidate in candidates where texts == nil {
      texts = Self.ranges(replacing: marks, by: candidate, in: marked, expecting: text)
    }
    let found = texts ?? Self.search(pieces, in: text)
    var left = Dictionary(
      uniqueKeysWithValues: Set(placeholders.compactMap(\.self)).map {
        ($0, Self.occurrences(of: $0, in: text)[...])
      })
    ranges = pieces.indices.map { part in
      guard pieces[part] == nil else { return found[part] }
      return placeholders[part].flatMap { left[$0]?.popFirst() }
    }
    self.text = text
  }

  /// One private-use scalar a part: no template touches it, and none of the given text is in the
  /// marked rendering to be mistaken for it.
  private static func mark(_ part: Int) -> String {
    String(UnicodeScalar(0x10_0000 + UInt32(part % 0xFFFE)).map(Character.init) ?? "\u{10FFFD}")
  }

  /// Python's `strip` for the whitespace that occurs: templates trim with it.
  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  private static func ranges(
    replacing marks: [String], by pieces: [String?], in marked: String, expecting text: String
  ) -> [Range<Int>?]? {
    var result = [Range<Int>?](repeating: nil, count: pieces.count)
    var composed = String.UnicodeScalarView()
    var length = 0
    var parts = [UnicodeScalar: Int]()
    for (part, mark) in marks.enumerated() where pieces[part] != nil {
      if let scalar = mark.unicodeScalars.first { parts[scalar] = part }
    }
    for scalar in marked.unicodeScalars {
      if let part = parts[scalar], let piece = pieces[part] {
        result[part] = length..<length + piece.utf8.count
        composed.append(contentsOf: piece.unicodeScalars)
        length += piece.utf8.count
      } else {
        composed.append(scalar)
        length += UTF8.width(scalar)
      }
    }
    return composed.elementsEqual(text.unicodeScalars) ? result : nil
  }

  private static func search(_ pieces: [String?], in text: String) -> [Range<Int>?] {
    var position = 0
    let bytes = Array(text.utf8)
    return pieces.map { piece in
      guard let piece, !piece.isEmpty,
        let found = firstRange(of: Array(piece.utf8), in: bytes, from: position)
      else { return nil }
      position = found.upperBound
      return found
    }
  }

  /// Where `token` stands in `text`, from left to right.
  static func occurrences(of token: String?, in text: String) -> [Range<Int>] {
    guard let token, !token.isEmpty else { return [] }
    let (needle, bytes) = (Array(token.utf8), Array(text.utf8))
    var result: [Range<Int>] = []
    while let found = firstRange(of: needle, in: bytes, from: result.last?.upperBound ?? 0) {
      result.append(found)
    }
    return result
  }

  private static func firstRange(
    of needle: [UInt8], in bytes: [UInt8], from start: Int
  ) -> Range<Int>? {
    guard let first = needle.first, bytes.count >= needle.count else { return nil }
    var index = start
    while index <= bytes.count - needle.count {
      if bytes[index] == first, bytes[index..<index + needle.count].elementsEqual(needle) {
        return index..<index + needle.count
      }
      index += 1
    }
    return nil
  }
}
