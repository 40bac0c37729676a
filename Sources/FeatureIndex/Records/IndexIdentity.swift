/// What an index was built for. Its numbers mean nothing beside another model or autoencoder.
package struct IndexIdentity: Sendable, Hashable, Codable {
  /// SHA-256 that stands for the checkpoint's content, in lower-case hexadecimal.
  package var model: String
  /// SHA-256 that stands for the autoencoder's content, in lower-case hexadecimal.
  package var autoencoder: String
  /// The autoencoder's site, `resid_post.24`.
  package var site: String
  /// M, the number of latents.
  package var latentCount: Int
  /// The autoencoder's activation in words, `topk 256`.
  package var activation: String
  /// How a LLaVA-NeXT model's patches lie on pictures; nil for any other.
  package var geometry: ViewGeometry?

  /// The names in an index's file.
  private enum CodingKeys: String, CodingKey {
    case latentCount = "latents"
    case model, autoencoder, site, activation, geometry
  }

  package init(
    model: String, autoencoder: String, site: String, latentCount: Int, activation: String,
    geometry: ViewGeometry? = nil
  ) {
    self.model = model
    self.autoencoder = autoencoder
    self.site = site
    self.latentCount = latentCount
    self.activation = activation
    self.geometry = geometry
  }
}
