package import Checkpoints

/// What decides how pictures are cut into square tiles: one of the whole picture, and those of the
/// canvas that it is hung on.
package struct TilingRule: Sendable, Equatable {
  /// Side of a tile in pixels.
  package let tileSide: Int
  /// Side of a patch in pixels.
  package let patchSide: Int
  /// The canvases that pictures are hung on, each a whole number of tiles.
  package let pinpoints: [ImageSize]

  package init(tileSide: Int, patchSide: Int, pinpoints: [ImageSize]) {
    self.tileSide = tileSide
    self.patchSide = patchSide
    self.pinpoints = pinpoints
  }
}
