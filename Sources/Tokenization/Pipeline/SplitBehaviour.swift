/// What becomes of the matches that text is cut at, by the names of tokenizer.json.
enum SplitBehaviour: String, Sendable, CaseIterable {
  case isolated = "Isolated"
  case removed = "Removed"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  /// Cuts `piece` at `matches`, ascending ranges of its bytes; `inverts` takes what lies between
  /// them for the matches.
  func cut(_ piece: Piece, at matches: [Range<Int>], inverts: Bool) -> [Piece] {
    var segments: [(range: Range<Int>, isMatch: Bool)] = []
    var end = 0
    for match in matches {
      if match.lowerBound > end { segments.append((end..<match.lowerBound, inverts)) }
      segments.append((match, !inverts))
      end = match.upperBound
    }
    if end < piece.bytes.count { segments.append((end..<piece.bytes.count, inverts)) }
    return ranges(of: segments).map {
      Piece(bytes: Array(piece.bytes[$0]), isAtStart: piece.isAtStart && $0.lowerBound == 0)
    }
  }

  private func ranges(of segments: [(range: Range<Int>, isMatch: Bool)]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    // What stands before the first segment counts as no match, for all that join.
    var follows = false
    switch self {
    case .isolated: ranges = segments.map(\.range)
    case .removed: ranges = segments.filter { !$0.isMatch }.map(\.range)
    case .contiguous:
      for segment in segments {
        if segment.isMatch == follows, let last = ranges.popLast() {
          ranges.append(last.lowerBound..<segment.range.upperBound)
        } else {
          ranges.append(segment.range)
        }
        follows = segment.isMatch
      }
    case .mergedWithPrevious:
      for segment in segments {
        if segment.isMatch, !follows, let last = ranges.popLast() {
          ranges.append(last.lowerBound..<segment.range.upperBound)
        } else {
          ranges.append(segment.range)
        }
        follows = segment.isMatch
      }
    case .mergedWithNext:
      for segment in segments.reversed() {
        if segment.isMatch, !follows, let last = ranges.popLast() {
          ranges.append(segment.range.lowerBound..<last.upperBound)
        } else {
          ranges.append(segment.range)
        }
        follows = segment.isMatch
      }
      ranges.reverse()
    }
    return ranges
  }
}
