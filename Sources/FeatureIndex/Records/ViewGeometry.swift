/// What tells the pixels under a position of an index's views: how a model's patches lie on pictures.
package struct ViewGeometry: Sendable, Hashable, Codable {
  /// Side of a tile in pixels.
  package var tileSide: Int
  /// Side of a patch in pixels.
  package var patchSide: Int
  /// The canvases that pictures are hung on, `[height, width]` each.
  package var pinpoints: [[Int]]

  package init(tileSide: Int, patchSide: Int, pinpoints: [[Int]]) {
    self.tileSide = tileSide
    self.patchSide = patchSide
    self.pinpoints = pinpoints
  }
}
