/// The views of a picture that questions can be about.
package enum ImageView: String, Sendable, CaseIterable {
  /// The whole picture squeezed into one tile.
  case base
  /// The tiles of the canvas.
  case tiles
}

extension PictureLayout {
  package func view(_ view: ImageView) -> PictureView? { self.view(named: view.rawValue) }
}
