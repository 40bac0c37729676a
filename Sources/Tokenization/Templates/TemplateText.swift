/// Python's operations on text, by scalars.
enum TemplateText {
  /// Takes white space, or the scalars of `characters`, off either end.
  static func strip(
    _ text: String, of characters: String?, left: Bool, right: Bool
  ) -> String {
    let wanted = characters.map { Set($0.unicodeScalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool {
      wanted?.contains(scalar) ?? scalar.properties.isWhitespace
    }
    var rest = text.unicodeScalars[...]
    if left { rest = rest.drop(while: goes) }
    if right { while let last = rest.last, goes(last) { rest.removeLast() } }
    return String(rest)
  }

  /// Splits at `separator`, at most `limit` times; without one at runs of white space.
  static func split(_ text: String, by separator: String?, limit: Int?) -> [String] {
    let limit = limit.flatMap { $0 < 0 ? nil : $0 } ?? .max
    guard let separator, !separator.isEmpty else {
      var parts: [String] = []
      var rest = text.unicodeScalars[...].drop { $0.properties.isWhitespace }
      while !rest.isEmpty {
        let end =
          parts.count >= limit
          ? rest.endIndex : rest.firstIndex { $0.properties.isWhitespace } ?? rest.endIndex
        parts.append(String(rest[..<end]))
        rest = rest[end...].drop { $0.properties.isWhitespace }
      }
      return parts
    }
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start = 0
    for match in SplitPattern.occurrences(of: Array(separator.utf8), in: bytes).prefix(limit) {
      parts.append(String(decoding: bytes[start..<match.lowerBound], as: UTF8.self))
      start = match.upperBound
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  /// Every word with a capital first letter.
  static func titled(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for character in text {
      result += startsWord ? character.uppercased() : character.lowercased()
      startsWord = !character.isLetter
    }
    return result
  }
}
