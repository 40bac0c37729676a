import Tensors

extension LlavaEncoder: TowerEncoder {
  var patchRefusal: String? { nil }

  /// A canvas that is brought to fewer cells has none that is one patch.
  func patches(of layout: PictureLayout, tiles count: Int) throws(SiteRefusal) -> [TowerPatch?] {
    for view in layout.views {
      for axis in [view.rowAxis, view.columnAxis] where axis.count != axis.sources {
        throw SiteRefusal(
          reason: "\(axis.sources) rows or columns of the tower's patches were brought to "
            + "\(axis.count) in the picture's view \(view.name): its tokens are made of several "
            + "patches each, and none is one row of the tower's stream")
      }
    }
    let (side, columns) = (rule.patchesPerSide, tileColumns(layout, tiles: count))
    return (0..<layout.tokenCount).map { token in
      guard let cell = layout.cell(ofToken: token) else { return nil }
      let view = layout.views[cell.view]
      let (row, column) = (view.rowAxis.first + cell.row, view.columnAxis.first + cell.column)
      return TowerPatch(
        tile: cell.view == 0 ? 0 : 1 + row / side * columns + column / side,
        row: configuration.vision.classTokenCount + row % side * side + column % side)
    }
  }

  func tokens(ofFeatures features: [Matrix], layout: PictureLayout) throws -> Matrix {
    packing(
      try features.map { try projector(seen($0)) }, layout: layout, side: rule.patchesPerSide,
      tileColumns: tileColumns(layout, tiles: features.count))
  }

  func pullback(
    toFeatures features: [Matrix], layout: PictureLayout, outputGradient: Matrix
  ) throws -> [Matrix] {
    let gradients = packing.pullback(
      outputGradient, tiles: features.count, layout: layout, side: rule.patchesPerSide,
      tileColumns: tileColumns(layout, tiles: features.count))
    return try zip(features, gradients).map { feature, gradient in
      // Nothing but the tower itself reads the class token.
      var all = Matrix(rows: feature.rows, columns: feature.columns)
      all.replace(
        rows: configuration.vision.classTokenCount..<feature.rows,
        with: try projector.pullback(seen(feature), outputGradient: gradient))
      return all
    }
  }

  /// The features of a tile that become tokens.
  private func seen(_ features: Matrix) -> Matrix {
    features.slice(rows: configuration.vision.classTokenCount..<features.rows)
  }
}
