/// Finds one text in another in time proportional to the two together (Knuth, Morris and Pratt), so
/// that a text of one letter repeated costs no more than any other.
enum ByteSearch {
  /// Where `literal` stands in `text`, leftmost first and without overlap; nowhere if it is empty.
  static func occurrences(
    of literal: [UInt8], in text: [UInt8], limit: Int = .max
  ) -> [Range<Int>] {
    guard !literal.isEmpty, literal.count <= text.count, limit > 0 else { return [] }
    let fallback = fallbacks(of: literal)
    var ranges: [Range<Int>] = []
    var matched = 0
    for position in text.indices {
      let byte = text[position]
      while matched > 0, literal[matched] != byte { matched = fallback[matched - 1] }
      if literal[matched] == byte { matched += 1 }
      if matched == literal.count {
        ranges.append(position + 1 - literal.count..<position + 1)
        if ranges.count == limit { break }
        matched = 0
      }
    }
    return ranges
  }

  /// By length of what has matched: the longest of its beginnings that it also ends with.
  private static func fallbacks(of literal: [UInt8]) -> [Int] {
    var fallback = [Int](repeating: 0, count: literal.count)
    var length = 0
    for index in literal.indices.dropFirst() {
      while length > 0, literal[length] != literal[index] { length = fallback[length - 1] }
      if literal[length] == literal[index] { length += 1 }
      fallback[index] = length
    }
    return fallback
  }
}

extension [UInt8] {
  /// The ranges `occurrences`, ascending and without overlap, replaced by `new`.
  func replacing(_ occurrences: [Range<Int>], with new: [UInt8]) -> [UInt8] {
    if occurrences.isEmpty { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var end = 0
    for range in occurrences {
      result.append(contentsOf: self[end..<range.lowerBound])
      result.append(contentsOf: new)
      end = range.upperBound
    }
    result.append(contentsOf: self[end...])
    return result
  }

  /// Every occurrence of `old`, leftmost first and without overlap, replaced by `new`.
  func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    replacing(ByteSearch.occurrences(of: old, in: self), with: new)
  }
}
