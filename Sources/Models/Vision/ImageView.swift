/// The two views of a picture among its image tokens.
package enum ImageView: String, Sendable, CaseIterable {
  /// The whole picture squeezed into one tile.
  case base
  /// The tiles of the canvas.
  case tiles
}
