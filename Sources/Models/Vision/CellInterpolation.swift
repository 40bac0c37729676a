/// How a row of cells is made from a row of others by linear interpolation between the two whose
/// middles lie around a cell's, as `interpolate(mode: "bilinear")` of torch 2.13 has it along a
/// side with `align_corners` off: no filter, edges repeated.
///
/// Cell i of `count` lies at (i + ½) · sources / count − ½ among the others. Computed in integers,
/// so that a cell that falls on one of the others is made of that one alone.
package struct CellInterpolation: Sendable, Equatable {
  /// Cells that there are.
  package let sources: Int
  /// Cells that are made.
  package let count: Int

  package init(from sources: Int, to count: Int) {
    self.sources = sources
    self.count = count
  }

  /// The cells that cell `index` is made of, (1 − share) of `low` and `share` of `high`; the same
  /// where it is made of one.
  package subscript(index: Int) -> (low: Int, high: Int, share: Float) {
    let (numerator, denominator) = ((2 * index + 1) * sources - count, 2 * count)
    guard numerator > 0 else { return (0, 0, 0) }
    let (low, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
    let high = rest == 0 ? low : min(low + 1, sources - 1)
    return (low, high, high == low ? 0 : Float(rest) / Float(denominator))
  }

  /// What of the others cell `index` is made of, and how much of each.
  func shares(of index: Int) -> [(cell: Int, share: Float)] {
    let made = self[index]
    guard made.low != made.high else { return [(cell: made.low, share: 1)] }
    return [(cell: made.low, share: 1 - made.share), (cell: made.high, share: made.share)]
  }
}
