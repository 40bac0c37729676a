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
  /// How many tiles' patches a canvas may become tokens of, before they are brought to fewer; nil
  /// without a limit.
  package let mostTiles: Int?

  package init(
    tileSide: Int, patchSide: Int, pinpoints: [ImageSize], mostTiles: Int? = nil
  ) {
    self.tileSide = tileSide
    self.patchSide = patchSide
    self.pinpoints = pinpoints
    self.mostTiles = mostTiles
  }

  /// Patches along a tile's side. A remainder of the tile's pixels is seen by none.
  package var patchesPerSide: Int { tileSide / patchSide }
}
