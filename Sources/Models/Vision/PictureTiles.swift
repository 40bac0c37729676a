/// A picture as the vision tower takes it: the whole picture squeezed into one tile, then the tiles of the
/// canvas, row by row.
package struct TiledImage: Sendable, Equatable {
  /// `[tiles, 3, side, side]`, channel planes of normalised float32.
  package let values: [Float]
  package let tileCount: Int
  /// Side of a tile in pixels.
  package let tileSide: Int
  package let pictureWidth: Int
  package let pictureHeight: Int
  /// Nil when the processor has no pinpoints and there is only the base tile.
  package let tiling: TilingGeometry?

  /// Values of one tile: `3 * side * side`.
  package var tileLength: Int { 3 * tileSide * tileSide }

  /// Values `[3, side, side]` of tile `index`, 0 being the base tile.
  package subscript(tile index: Int) -> ArraySlice<Float> {
    values[(index * tileLength)..<((index + 1) * tileLength)]
  }
}
