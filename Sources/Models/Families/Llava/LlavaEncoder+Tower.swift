import Tensors

extension LlavaEncoder: TowerEncoder {
  func tokens(ofFeatures features: [Matrix], layout: PictureLayout) -> Matrix {
    packing(
      features.map { projector(seen($0)) }, layout: layout, side: rule.patchesPerSide,
      tileColumns: tileColumns(layout, tiles: features.count))
  }

  func pullback(
    toFeatures features: [Matrix], layout: PictureLayout, outputGradient: Matrix
  ) -> [Matrix] {
    let gradients = packing.pullback(
      outputGradient, tiles: features.count, layout: layout, side: rule.patchesPerSide,
      tileColumns: tileColumns(layout, tiles: features.count))
    return zip(features, gradients).map { feature, gradient in
      // Nothing but the tower itself reads the class token.
      var all = Matrix(rows: feature.rows, columns: feature.columns)
      all.replace(
        rows: configuration.vision.classTokenCount..<feature.rows,
        with: projector.pullback(seen(feature), outputGradient: gradient))
      return all
    }
  }

  /// The features of a tile that become tokens.
  private func seen(_ features: Matrix) -> Matrix {
    features.slice(rows: configuration.vision.classTokenCount..<features.rows)
  }
}
