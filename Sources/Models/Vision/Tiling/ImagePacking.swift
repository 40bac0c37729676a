import Tensors

/// The order in which a picture's features become tokens.
///
/// The first view's tile row by row; then the canvas row by row without its padding, brought to
/// fewer cells where its layout says so, each row closed by the newline embedding; without a canvas
/// one newline. Of a video each view is a tile, and one newline stands behind the last. Follows
/// `pack_image_features` of both families in transformers 5.24, and `get_video_features`.
struct ImagePacking: Sendable {
  let newline: [Float]  // image_newline [D]

  /// The features of every tile, `[g², D]` each, g = `side`, the first view's first → those of the
  /// tokens, `[tokens, D]`.
  ///
  /// - Parameter tileColumns: tiles across the canvas.
  func callAsFunction(
    _ tiles: [Matrix], layout: PictureLayout, side: Int, tileColumns: Int
  ) -> Matrix {
    var packed = Matrix(rows: layout.tokenCount, columns: newline.count)
    for token in 0..<layout.tokenCount {
      guard let cell = layout.cell(ofToken: token) else {
        packed.setRow(token, newline)
        continue
      }
      let view = layout.views[cell.view]
      let y = view.rowAxis.interpolation[cell.row]
      let x = view.columnAxis.interpolation[cell.column]
      // Cells of the first view count within the first tile, those of the canvas across the others.
      func feature(_ row: Int, _ column: Int) -> [Float] {
        let (row, column) = (view.rowAxis.first + row, view.columnAxis.first + column)
        let tile =
          layout.isVideo || cell.view == 0
          ? cell.view : 1 + row / side * tileColumns + column / side
        return tiles[tile].row(row % side * side + column % side)
      }
      func across(_ row: Int) -> [Float] {
        between(feature(row, x.low), x.low == x.high ? nil : feature(row, x.high), x.share)
      }
      packed.setRow(
        token, between(across(y.low), y.low == y.high ? nil : across(y.high), y.share))
    }
    return packed
  }

  private func between(_ low: [Float], _ high: [Float]?, _ share: Float) -> [Float] {
    guard let high else { return low }
    return zip(low, high).map { (1 - share) * $0 + share * $1 }
  }
}
