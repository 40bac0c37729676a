package import Images

/// One view of a picture among its tokens: a grid of cells, each a token, and the pixels of the
/// picture under each.
///
/// The cells lie row by row; tokens that stand for no pixels may close each row. Cells need not be
/// square, nor side by side: a tower may leave a remainder of its input's pixels unseen.
package struct PictureView: Sendable, Equatable {
  /// What the view is called among those of its picture, as `base` or `tiles`.
  package let name: String
  /// By row of cells its stretch of the picture's height, in pixels, from the top. It reaches
  /// beyond the picture where cells see padding.
  package let rowExtents: [Range<Double>]
  /// By column of cells its stretch of the picture's width, in pixels, from the left.
  package let columnExtents: [Range<Double>]
  /// The place of the first cell in what the tower saw, in rows and columns of cells: not 0, 0
  /// where padding was cut off the view.
  package let origin: Origin
  /// The view's first token, counted from the picture's first.
  package let firstToken: Int
  /// How many tokens without pixels close each row.
  package let separatorsPerRow: Int

  package struct Origin: Sendable, Equatable {
    package let row: Int
    package let column: Int

    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  package init(
    name: String, rowExtents: [Range<Double>], columnExtents: [Range<Double>],
    origin: Origin = Origin(row: 0, column: 0), firstToken: Int, separatorsPerRow: Int = 0
  ) {
    self.name = name
    self.rowExtents = rowExtents
    self.columnExtents = columnExtents
    self.origin = origin
    self.firstToken = firstToken
    self.separatorsPerRow = separatorsPerRow
  }

  /// Rows of cells.
  package var rows: Int { rowExtents.count }
  /// Columns of cells.
  package var columns: Int { columnExtents.count }
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
    guard rowExtents.indices.contains(row), columnExtents.indices.contains(column) else {
      return nil
    }
    let (y, x) = (rowExtents[row], columnExtents[column])
    return PixelBox(
      left: x.lowerBound, top: y.lowerBound, right: x.upperBound, bottom: y.upperBound)
  }

  /// The pixels under the whole grid, beyond the picture too; nil for a view without cells.
  package var region: PixelBox? {
    guard let top = rowExtents.first, let bottom = rowExtents.last, let left = columnExtents.first,
      let right = columnExtents.last
    else { return nil }
    return PixelBox(
      left: left.lowerBound, top: top.lowerBound, right: right.upperBound,
      bottom: bottom.upperBound)
  }
}
