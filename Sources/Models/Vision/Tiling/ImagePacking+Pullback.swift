import Tensors

extension ImagePacking {
  /// The gradients at the features of every tile, `[g², D]` each, g = `side`, from that at the
  /// tokens `[tokens, D]`. A cell that was made of several features gives to each its share; the
  /// newlines' gradients are dropped, and features that no token shows get zeros.
  func pullback(
    _ outputGradient: Matrix, tiles count: Int, layout: PictureLayout, side: Int, tileColumns: Int
  ) -> [Matrix] {
    var gradients = (0..<count).map { _ in
      Matrix(rows: side * side, columns: outputGradient.columns)
    }
    for token in 0..<layout.tokenCount {
      guard let cell = layout.cell(ofToken: token) else { continue }
      let view = layout.views[cell.view]
      let row = outputGradient.row(token)
      for (y, down) in view.rowAxis.interpolation.shares(of: cell.row) {
        for (x, across) in view.columnAxis.interpolation.shares(of: cell.column) {
          let (patchRow, patchColumn) = (view.rowAxis.first + y, view.columnAxis.first + x)
          let tile =
            layout.isVideo || cell.view == 0
            ? cell.view : 1 + patchRow / side * tileColumns + patchColumn / side
          let patch = patchRow % side * side + patchColumn % side
          gradients[tile].setRow(
            patch, zip(gradients[tile].row(patch), row).map { $0 + down * across * $1 })
        }
      }
    }
    return gradients
  }
}
