import Checkpoints
package import FeatureIndex
package import Images
package import Models

extension IndexItem {
  /// How the item's picture becomes tokens.
  ///
  /// - Parameter geometry: the index's, for an item that was taken in before items kept their maps.
  /// - Returns: nil where neither tells; views that the index does not take in may be missing.
  package func pictureLayout(_ geometry: ViewGeometry?) -> PictureLayout? {
    PictureLayout(layout, width: width, height: height)
      ?? geometry?.layout(width: width, height: height)
  }

  /// The pixels of the given picture, as it is shown, under every position of a view, in order: nil
  /// where a cell sees only padding. Empty in the text view.
  package func boxes(in view: IndexView, _ geometry: ViewGeometry?) -> [PixelBox?] {
    guard view != .text, let layout = pictureLayout(geometry) else { return [] }
    let found = layout.view(named: view.name)
    return (0..<positionCount(in: view)).map { position in
      guard let found, found.columns > 0 else { return nil }
      let (row, column) = position.quotientAndRemainder(dividingBy: found.columns)
      return layout.box(in: found, row: row, column: column)
    }
  }
}

extension ViewGeometry {
  /// nil for a model without eyes, and one that needs no rule to lay its pictures out.
  package init?(_ model: Model) {
    guard let rule = model.pictures?.tilingRule else { return nil }
    self.init(
      tileSide: rule.tileSide, patchSide: rule.patchSide,
      pinpoints: rule.pinpoints.map { [$0.height, $0.width] })
  }

  /// How LLaVA-NeXT lays out a picture of a size in pixels; nil for one without pixels, and for
  /// canvases that are no whole number of tiles.
  package func layout(width: Int, height: Int) -> PictureLayout? {
    let points = pinpoints.filter { $0.count == 2 }.map {
      ImageSize(height: $0[0], width: $0[1])
    }
    guard width > 0, height > 0, tileSide > 0,
      points.allSatisfy({
        $0.height > 0 && $0.width > 0 && $0.height % tileSide == 0 && $0.width % tileSide == 0
      })
    else { return nil }
    let rule = TilingRule(tileSide: tileSide, patchSide: patchSide, pinpoints: points)
    return try? rule.geometry(pictureWidth: width, pictureHeight: height).layout
  }
}
