/// A picture as a vision tower takes it: normalised pixels of one or several tiles of the same
/// size.
package struct PictureTiles: Sendable, Equatable {
  /// `[tiles, 3, height, width]`, channel planes of float32.
  package let values: [Float]
  package let tileCount: Int
  /// Height of a tile in pixels.
  package let tileHeight: Int
  /// Width of a tile in pixels.
  package let tileWidth: Int

  package init(values: [Float], tileCount: Int, tileHeight: Int, tileWidth: Int) {
    precondition(values.count == tileCount * 3 * tileHeight * tileWidth, "tiles of another size")
    self.values = values
    self.tileCount = tileCount
    self.tileHeight = tileHeight
    self.tileWidth = tileWidth
  }

  /// Values of one tile: `3 · height · width`.
  package var tileLength: Int { 3 * tileHeight * tileWidth }

  /// Values `[3, height, width]` of tile `index`.
  package subscript(tile index: Int) -> ArraySlice<Float> {
    values[(index * tileLength)..<((index + 1) * tileLength)]
  }
}
