/// What one image token of a packed picture stands for. Rows and columns count patches.
package enum ImageToken: Sendable, Hashable {
  /// A patch of the base tile, which shows the whole picture.
  case base(row: Int, column: Int)
  /// A patch of the canvas; row and column count from the canvas's corner, padding included.
  case tile(row: Int, column: Int)
  /// The learned token that ends a row of the canvas; `row` counts as in `tile`. In a picture without tiles it is
  /// the last token, with row 0.
  case newline(row: Int)
}
