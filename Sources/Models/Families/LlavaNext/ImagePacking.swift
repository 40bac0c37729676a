import Images
import Tensors

/// The order in which a picture's features become tokens.
///
/// Base tile row by row; then the canvas row by row without its padding, each row closed by the
/// newline embedding. Follows `LlavaNextModel.pack_image_features` of transformers 5.23.
struct ImagePacking: Sendable {
  let newline: [Float]  // image_newline [D]

  /// The features of every tile, `[g², D]` each, base first → `[tokens, D]`.
  func callAsFunction(_ tiles: [Matrix], geometry: PatchGeometry) -> Matrix {
    var packed = Matrix(rows: geometry.tokenCount, columns: newline.count)
    let side = geometry.patchesPerSide
    for index in 0..<geometry.tokenCount {
      switch geometry.token(at: index) {
      case .base(let row, let column):
        packed.setRow(index, tiles[0].row(row * side + column))
      case .tile(let row, let column):
        let tile = 1 + row / side * (geometry.tiling?.tileColumns ?? 1) + column / side
        packed.setRow(index, tiles[tile].row(row % side * side + column % side))
      case .newline, nil:
        packed.setRow(index, newline)
      }
    }
    return packed
  }
}
