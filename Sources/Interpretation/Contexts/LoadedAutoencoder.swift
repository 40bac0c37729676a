package import Autoencoders
package import Models
package import Tensors

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

  // MARK: In the residual stream

  /// What the residual stream `[t, D]` gains where one code stands in the place of another.
  func streamChange(
    from code: SparseCode, to changed: SparseCode, decoder: Decoder
  ) throws -> Matrix {
    decoder.streamChange(of: try weights.decodeChange(from: code, to: changed), at: site.output)
  }

  /// The residual stream `[t, D]` with a code's reconstruction in the place of what it is of; what
  /// passes the site by stays.
  package func rebuilt(_ code: SparseCode, _ rows: SiteRows, decoder: Decoder) throws -> Matrix {
    let made = try weights.reconstruction(code, of: rows.input)
    return site.isStream
      ? made : rows.stream + decoder.streamChange(of: made - rows.output, at: site.output)
  }
}
