package import Images

/// One view of a picture among its tokens: a grid of cells, each a token, and the pixels of the
/// picture under each.
///
/// The cells lie row by row; tokens that stand for no pixels may close each row. Cells need not be
/// square, nor side by side: a tower may leave a remainder of its input's pixels unseen.
package struct PictureView: Sendable, Equatable {
  /// What the view is called among those of its picture, as `base` or `tiles`.
  package let name: String
  /// The rows of cells, down the picture.
  package let rowAxis: CellAxis
  /// The columns of cells, across the picture.
  package let columnAxis: CellAxis
  /// The view's first token, counted from the picture's first.
  package let firstToken: Int
  /// How many tokens without pixels close each row.
  package let separatorsPerRow: Int

  package init(
    name: String, rowAxis: CellAxis, columnAxis: CellAxis, firstToken: Int,
    separatorsPerRow: Int = 0
  ) {
    self.name = name
    self.rowAxis = rowAxis
    self.columnAxis = columnAxis
    self.firstToken = firstToken
    self.separatorsPerRow = separatorsPerRow
  }

  /// Rows of cells.
  package var rows: Int { rowAxis.count }
  /// Columns of cells.
  package var columns: Int { columnAxis.count }
  /// The view's tokens, those that close rows included.
  package var tokens: Range<Int> { firstToken..<firstToken + rows * rowLength }

  private var rowLength: Int { columns + separatorsPerRow }

  /// The token of a cell of the view, counted from the picture's first.
  package func token(row: Int, column: Int) -> Int { firstToken + row * rowLength + column }

  /// The tokens of all cells, row by row.
  package var cellTokens: [Int] {
    (0..<rows).flatMap { row in (0..<columns).map { token(row: row, column: $0) } }
  }

  /// The cell of a token of the view; nil for one that closes a row, and outside the view.
  package func cell(ofToken token: Int) -> (row: Int, column: Int)? {
    guard tokens.contains(token) else { return nil }
    let (row, column) = (token - firstToken).quotientAndRemainder(dividingBy: rowLength)
    return column < columns ? (row, column) : nil
  }

  /// The pixels under a cell, beyond the picture too; nil outside the grid.
  func box(row: Int, column: Int) -> PixelBox? {
    guard let y = rowAxis[row], let x = columnAxis[column] else { return nil }
    return PixelBox(
      left: x.lowerBound, top: y.lowerBound, right: x.upperBound, bottom: y.upperBound)
  }

  /// The pixels under the whole grid, beyond the picture too; nil for a view without cells.
  package var region: PixelBox? {
    guard let y = rowAxis.extent, let x = columnAxis.extent else { return nil }
    return PixelBox(
      left: x.lowerBound, top: y.lowerBound, right: x.upperBound, bottom: y.upperBound)
  }
}
