package import Autoencoders

/// An autoencoder at its place in a model.
package struct LoadedAutoencoder: Sendable {
  /// The name requests call it by.
  package let name: String
  package let weights: SparseAutoencoder
  /// The block whose output it reads, 0-based.
  package let block: Int

  package init(name: String, weights: SparseAutoencoder, block: Int) {
    self.name = name
    self.weights = weights
    self.block = block
  }

  /// Refuses an index outside the dictionary.
  package func check(latent: Int) throws(InterpretationError) {
    guard (0..<weights.latentCount).contains(latent) else {
      throw .featureOutOfRange(index: latent, latentCount: weights.latentCount)
    }
  }
}
