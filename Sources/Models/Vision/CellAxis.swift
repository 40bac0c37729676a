/// How the cells of a view lie along one side of its picture: a row of equal cells, which may be
/// cut into runs with pixels between them that no cell sees, as at the edges of tiles.
///
/// Cell i of the view is number p = first + i of those that the tower saw, and covers the pixels
///
///     a · scale ..< (a + cell) · scale,    a = start + p · cell + ⌊p / run⌋ · gap
///
/// of the picture, from its top or its left. It reaches beyond the picture where cells see padding.
/// Where the tower's cells were brought to another number, the view's cell covers what the cells do
/// between which it was interpolated, and a gap between these: neighbours overlap.
package struct CellAxis: Sendable, Equatable {
  /// Cells of the view.
  package let count: Int
  /// Cells of the tower that the view's were made from: as many, where each is one of them.
  package let sources: Int
  /// The number of the view's first cell among those that the tower saw: not 0 where padding was
  /// cut off.
  package let first: Int
  /// Length of a cell, in pixels of what the tower saw.
  package let cell: Double
  /// Where the tower's first cell begins, in its pixels; negative behind padding.
  package let start: Double
  /// Cells from one gap to the next; at least 1.
  package let run: Int
  /// Length of a gap, in the tower's pixels.
  package let gap: Double
  /// Pixels of the picture for one of the tower's.
  package let scale: Double

  /// - Parameter sources: by default as many as `count`.
  package init(
    count: Int, sources: Int? = nil, first: Int = 0, cell: Double = 1, start: Double = 0,
    run: Int = 1, gap: Double = 0, scale: Double
  ) {
    precondition(run > 0, "a run of no cells")
    self.count = count
    self.sources = sources ?? count
    self.first = first
    self.cell = cell
    self.start = start
    self.run = run
    self.gap = gap
    self.scale = scale
  }

  /// How the view's cells are made from `sources` of the tower's.
  package var interpolation: CellInterpolation { CellInterpolation(from: sources, to: count) }

  /// The pixels of the picture along a cell; nil where the view has no such cell.
  package subscript(index: Int) -> Range<Double>? {
    guard (0..<count).contains(index) else { return nil }
    let made = interpolation[index]
    return begin(of: made.low) * scale..<(begin(of: made.high) + cell) * scale
  }

  /// Where one of the cells that the view's were made from begins, in the tower's pixels.
  private func begin(of source: Int) -> Double {
    let place = first + source
    return start + Double(place) * cell + Double(place / run) * gap
  }

  /// The pixels along all cells; nil without any.
  package var extent: Range<Double>? {
    guard let begin = self[0], let end = self[count - 1] else { return nil }
    return begin.lowerBound..<end.upperBound
  }
}
