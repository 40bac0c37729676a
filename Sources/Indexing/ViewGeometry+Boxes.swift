package import FeatureIndex
package import Images
package import Models

extension ViewGeometry {
  /// nil for a model without eyes.
  package init?(_ model: LlavaNextModel) {
    guard let layout = model.pictureLayout else { return nil }
    self.init(
      tileSide: layout.tileSide, patchSide: layout.patchSide,
      pinpoints: layout.pinpoints.map { [$0.height, $0.width] })
  }

  /// The pixels of the given picture, as it is shown, under a position of a view. nil in the text view, for
  /// positions that the view does not have, and where a patch sees only padding.
  package func box(in item: IndexItem, view: IndexView, at position: Int) -> PixelBox? {
    guard (0..<item.positionCount(in: view)).contains(position) else { return nil }
    return geometry(of: item)?.box(view: view, at: position)
  }

  /// The pixels under every position of a view, in order; empty in the text view.
  package func boxes(in item: IndexItem, view: IndexView) -> [PixelBox?] {
    guard view != .text, let geometry = geometry(of: item) else { return [] }
    return (0..<item.positionCount(in: view)).map { geometry.box(view: view, at: $0) }
  }

  /// The whole geometry of an item's picture.
  package func geometry(of item: IndexItem) -> PatchGeometry? {
    let points = pinpoints.filter { $0.count == 2 }.map {
      GridPinpoint(height: $0[0], width: $0[1])
    }
    guard item.width > 0, item.height > 0, tileSide > 0,
      points.allSatisfy({
        $0.height > 0 && $0.width > 0 && $0.height % tileSide == 0 && $0.width % tileSide == 0
      })
    else { return nil }
    let canvas = GridPinpoint.bestResolution(
      width: item.width, height: item.height, among: points)
    let tiling = canvas.map {
      TilingGeometry(
        pictureWidth: item.width, pictureHeight: item.height, canvas: $0, tileSide: tileSide)
    }
    return try? PatchGeometry(
      pictureWidth: item.width, pictureHeight: item.height, tileSide: tileSide,
      patchSide: patchSide, tiling: tiling)
  }
}

extension PatchGeometry {
  /// The patches of the base view.
  package var baseGrid: GridSize { GridSize(rows: patchesPerSide, columns: patchesPerSide) }

  /// The patches of the tiles that are no padding.
  package var tileGrid: GridSize { GridSize(rows: keptRows.count, columns: keptColumns.count) }

  /// The pixels under a position of an index's view.
  package func box(view: IndexView, at position: Int) -> PixelBox? {
    switch view {
    case .base:
      return box(of: .base(row: position / patchesPerSide, column: position % patchesPerSide))
    case .tiles:
      guard !keptColumns.isEmpty else { return nil }
      return box(
        of: .tile(
          row: keptRows.lowerBound + position / keptColumns.count,
          column: keptColumns.lowerBound + position % keptColumns.count))
    case .text: return nil
    }
  }
}
