/// One signed score for each patch of a regular grid over a picture.
package struct ScoreGrid: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// `[rows, columns]`
  package let scores: [Float]
  /// The pixels under the whole grid; it may reach beyond the picture.
  package let region: PixelBox

  /// - Throws: `ImageError.wrongCount`, `.scoreNotFinite`, or `.empty` for a grid without cells or
  ///   a region without area.
  package init(rows: Int, columns: Int, scores: [Float], region: PixelBox) throws(ImageError) {
    let corners = [region.left, region.top, region.right, region.bottom]
    guard rows > 0, columns > 0, !region.isEmpty, corners.allSatisfy(\.isFinite) else {
      throw .empty(width: columns, height: rows)
    }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, scores.count == count else {
      throw .wrongCount(of: "scores", found: scores.count, expected: overflow ? .max : count)
    }
    if let index = scores.firstIndex(where: { !$0.isFinite }) {
      throw .scoreNotFinite(index: index, value: "\(scores[index])")
    }
    self.rows = rows
    self.columns = columns
    self.scores = scores
    self.region = region
  }

  /// The score of the patch at a place in the picture; beyond the grid, of the nearest patch.
  func nearest(x: Double, y: Double) -> Float {
    let (column, row) = cell(x: x, y: y)
    return scores[
      clamp(Int(row.rounded(.down)), rows) * columns
        + clamp(Int(column.rounded(.down)), columns)]
  }

  /// The score between the four nearest patch centres.
  func bilinear(x: Double, y: Double) -> Float {
    let (column, row) = cell(x: x, y: y)
    let (left, horizontal) = split(column - 0.5)
    let (top, vertical) = split(row - 0.5)
    let upper = mixed(row: top, column: left, by: horizontal)
    let lower = mixed(row: top + 1, column: left, by: horizontal)
    return upper + (lower - upper) * vertical
  }

  private func mixed(row: Int, column: Int, by fraction: Float) -> Float {
    let line = clamp(row, rows) * columns
    let left = scores[line + clamp(column, columns)]
    let right = scores[line + clamp(column + 1, columns)]
    return left + (right - left) * fraction
  }

  /// The place in cells, kept within one cell around the grid.
  private func cell(x: Double, y: Double) -> (column: Double, row: Double) {
    let column = (x - region.left) / region.width * Double(columns)
    let row = (y - region.top) / region.height * Double(rows)
    return (min(max(column, -1), Double(columns) + 1), min(max(row, -1), Double(rows) + 1))
  }

  private func split(_ position: Double) -> (whole: Int, fraction: Float) {
    let whole = position.rounded(.down)
    return (Int(whole), Float(position - whole))
  }

  private func clamp(_ index: Int, _ count: Int) -> Int { min(max(index, 0), count - 1) }
}
