/// An active latent of a feature cache: where it was active, and how much.
package struct CachedActivation: Sendable, Equatable {
  /// Of the data set: the image or text.
  package let row: Int
  package let position: Int
  package let latent: Int
  package let value: Float

  package init(row: Int, position: Int, latent: Int, value: Float) {
    self.row = row
    self.position = position
    self.latent = latent
    self.value = value
  }
}
