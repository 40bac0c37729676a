package import Autoencoders

/// An autoencoder at its place in a model.
package struct LoadedAutoencoder: Sendable {
  /// The name requests call it by.
  package let name: String
  package let weights: SparseAutoencoder
  /// What it reads and makes.
  package let site: AutoencoderSite

  package init(name: String, weights: SparseAutoencoder, site: AutoencoderSite) {
    self.name = name
    self.weights = weights
    self.site = site
  }

  /// Refuses an index outside the dictionary.
  package func check(latent: Int) throws(InterpretationError) {
    guard (0..<weights.latentCount).contains(latent) else {
      throw .featureOutOfRange(index: latent, latentCount: weights.latentCount)
    }
  }
}
