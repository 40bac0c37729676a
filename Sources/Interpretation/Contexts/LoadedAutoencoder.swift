package import Autoencoders

/// An autoencoder at its place in a model.
package struct LoadedAutoencoder: Sendable {
  /// The name requests call it by.
  package let name: String
  package let autoencoder: SparseAutoencoder
  /// The block whose output it reads, 0-based.
  package let block: Int

  package init(name: String, autoencoder: SparseAutoencoder, block: Int) {
    self.name = name
    self.autoencoder = autoencoder
    self.block = block
  }

  /// Refuses an index outside the dictionary.
  package func check(latent: Int) throws(InterpretationError) {
    guard (0..<autoencoder.latents).contains(latent) else {
      throw .featureOutOfRange(index: latent, latents: autoencoder.latents)
    }
  }
}
