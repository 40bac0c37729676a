/// Changes by what they put right and what they lose: those that no other one is better than.
package struct HelpHarmFront<Change> {
  package struct Point {
    package let change: Change
    package let helped: Int
    package let harmed: Int

    package init(_ change: Change, helped: Int, harmed: Int) {
      self.change = change
      self.helped = helped
      self.harmed = harmed
    }
  }

  /// From the one that helps least to the one that helps most; of equals the first that was given.
  package let points: [Point]

  /// - Parameter points: of equals the first is kept, so that simple changes come first.
  package init(_ points: [Point]) {
    let sorted = points.enumerated().sorted {
      ($0.element.harmed, -$0.element.helped, $0.offset)
        < ($1.element.harmed, -$1.element.helped, $1.offset)
    }
    var front: [Point] = []
    for (_, point) in sorted where point.helped > (front.last?.helped ?? 0) { front.append(point) }
    self.points = front
  }

  /// The change that helps most of those that lose no more than a limit; where all lose more, the
  /// one with the greatest surplus of shares.
  ///
  /// - Parameters:
  ///   - failing: how many answers are to be put right.
  ///   - keeping: how many are to be kept.
  ///   - maxHarm: the share of those that may be lost.
  /// - Returns: nil where nothing helps.
  package func choice(
    failing: Int, keeping: Int, maxHarm: Double
  ) -> (point: Point, meetsLimit: Bool)? {
    let allowed = points.last { Double($0.harmed) <= maxHarm * Double(keeping) }
    if let allowed { return (allowed, true) }
    func surplus(_ point: Point) -> Double {
      Double(point.helped) / Double(max(1, failing))
        - Double(point.harmed) / Double(max(1, keeping))
    }
    return points.max { surplus($0) < surplus($1) }.map { ($0, false) }
  }
}
