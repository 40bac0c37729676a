import Checkpoints
package import FeatureIndex
package import Images
package import Models

extension ViewGeometry {
  /// nil for a model without eyes.
  package init?(_ model: Model) {
    guard let rule = model.pictures?.tilingRule else { return nil }
    self.init(
      tileSide: rule.tileSide, patchSide: rule.patchSide,
      pinpoints: rule.pinpoints.map { [$0.height, $0.width] })
  }

  /// The pixels of the given picture, as it is shown, under a position of a view. nil in the text view, for
  /// positions that the view does not have, and where a patch sees only padding.
  package func box(in item: IndexItem, view: IndexView, at position: Int) -> PixelBox? {
    guard (0..<item.positionCount(in: view)).contains(position) else { return nil }
    return layout(of: item)?.box(view: view, at: position)
  }

  /// The pixels under every position of a view, in order; empty in the text view.
  package func boxes(in item: IndexItem, view: IndexView) -> [PixelBox?] {
    guard view != .text, let layout = layout(of: item) else { return [] }
    return (0..<item.positionCount(in: view)).map { layout.box(view: view, at: $0) }
  }

  /// How an item's picture becomes tokens.
  package func layout(of item: IndexItem) -> PictureLayout? {
    let points = pinpoints.filter { $0.count == 2 }.map {
      ImageSize(height: $0[0], width: $0[1])
    }
    guard item.width > 0, item.height > 0, tileSide > 0,
      points.allSatisfy({
        $0.height > 0 && $0.width > 0 && $0.height % tileSide == 0 && $0.width % tileSide == 0
      })
    else { return nil }
    let rule = TilingRule(tileSide: tileSide, patchSide: patchSide, pinpoints: points)
    return try? rule.geometry(pictureWidth: item.width, pictureHeight: item.height).layout
  }
}

extension PictureLayout {
  /// The patches of the base view.
  package var baseGrid: GridSize { grid(of: view(.base)) }

  /// The patches of the tiles that are no padding.
  package var tileGrid: GridSize { grid(of: view(.tiles)) }

  private func grid(of view: PictureView?) -> GridSize {
    GridSize(rows: view?.rows ?? 0, columns: view?.columns ?? 0)
  }

  /// The pixels under a position of an index's view.
  package func box(view: IndexView, at position: Int) -> PixelBox? {
    let found: PictureView? =
      switch view {
      case .base: self.view(.base)
      case .tiles: self.view(.tiles)
      case .text: nil
      }
    guard let found, found.columns > 0 else { return nil }
    return box(in: found, row: position / found.columns, column: position % found.columns)
  }
}
