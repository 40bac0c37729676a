/// How LLaVA-NeXT's patches lie on pictures, part of what an index was built for. It
/// tells the pixels under positions of items whose layouts have no map: those that were
/// taken in before items had one.
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
