/// What the views of a tiled picture are called, in the order of their tokens.
package enum TiledView {
  /// The whole picture squeezed into one tile.
  package static let base = "base"
  /// The tiles of the canvas that the picture is hung on.
  package static let tiles = "tiles"
  package static let all = [base, tiles]
}
