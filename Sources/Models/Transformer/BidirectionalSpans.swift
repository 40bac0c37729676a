/// Stretches of a sequence whose tokens see each other both ways, as a picture's do in Gemma 3;
/// every other token sees what comes before it alone.
///
/// Such a stretch runs as a whole: a run that began or ended within it would have other keys than
/// the whole's. `start(of:)` and `end(of:)` say where one may.
package struct BidirectionalSpans: Sendable, Equatable {
  /// Positions, ascending and apart.
  package let ranges: [Range<Int>]

  package static let none = BidirectionalSpans([])

  package init(_ ranges: [Range<Int>]) {
    precondition(
      zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
        && ranges.allSatisfy { !$0.isEmpty },
      "spans \(ranges)")
    self.ranges = ranges
  }

  /// The last place at or before `position` that lies within no span: what happens at `position`
  /// changes nothing before it.
  package func start(of position: Int) -> Int {
    span(cutAt: position)?.lowerBound ?? position
  }

  /// The first place at or after `position` that lies within no span: what comes before `position`
  /// depends on nothing behind it.
  package func end(of position: Int) -> Int {
    span(cutAt: position)?.upperBound ?? position
  }

  /// Whether a run over `positions` has each span whole or not at all.
  func areWhole(in positions: Range<Int>) -> Bool {
    start(of: positions.lowerBound) == positions.lowerBound
      && end(of: positions.upperBound) == positions.upperBound
  }

  /// For each of `positions` the first position that it does not see; nil where each sees no
  /// further than itself.
  func keyEnds(of positions: Range<Int>) -> [Int]? {
    let touched = ranges.filter { $0.overlaps(positions) }
    guard !touched.isEmpty else { return nil }
    var ends = positions.map { $0 + 1 }
    for span in touched {
      for position in span.clamped(to: positions) {
        ends[position - positions.lowerBound] = span.upperBound
      }
    }
    return ends
  }

  private func span(cutAt position: Int) -> Range<Int>? {
    ranges.first { $0.lowerBound < position && position < $0.upperBound }
  }
}
