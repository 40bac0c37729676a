import Tensors

/// The order in which a picture's features become tokens.
///
/// Base tile row by row; then the canvas row by row without its padding, each row closed by the
/// newline embedding. Follows `Model.pack_image_features` of transformers 5.23.
struct ImagePacking: Sendable {
  let newline: [Float]  // image_newline [D]

  /// The features of every tile, `[g², D]` each, base first → `[tokens, D]`. `geometry` is that of
  /// `layout`.
  func callAsFunction(
    _ tiles: [Matrix], layout: PictureLayout, geometry: PatchGeometry
  ) -> Matrix {
    var packed = Matrix(rows: layout.tokenCount, columns: newline.count)
    let side = geometry.patchesPerSide
    for token in 0..<layout.tokenCount {
      guard let cell = layout.cell(ofToken: token) else {
        packed.setRow(token, newline)
        continue
      }
      let view = layout.views[cell.view]
      let (row, column) = (view.rowAxis.first + cell.row, view.columnAxis.first + cell.column)
      // Cells of the base view count within the first tile, those of the canvas across the others.
      let tile =
        cell.view == 0
        ? 0 : 1 + row / side * (geometry.tiling?.tileColumns ?? 1) + column / side
      packed.setRow(token, tiles[tile].row(row % side * side + column % side))
    }
    return packed
  }
}
