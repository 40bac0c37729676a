package import Autoencoders
package import Models

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

  /// Columns of the residual stream that a change goes into: the decoder's, or the tower's.
  package func changeWidth(in decoder: Decoder) -> Int {
    site.towerLayer == nil ? decoder.hiddenSize : weights.outputSize
  }

  /// Refuses an index outside the dictionary.
  package func check(latent: Int) throws(InterpretationError) {
    guard (0..<weights.latentCount).contains(latent) else {
      throw .featureOutOfRange(index: latent, latentCount: weights.latentCount)
    }
  }
}
