// Written by protocol/generator from protocol/openrpc.json.

/// What an index is and how much it holds.
package struct IndexDescription: Codable, Sendable, Equatable {
  package var index: String
  package var path: String
  /// The loaded autoencoder it belongs to.
  package var sae: String?
  /// SHA-256 of the contents it was built for.
  package var modelDigest: String
  package var saeDigest: String
  package var site: String
  package var latents: Int
  /// Best places kept of a latent under each ranking of each view.
  package var exemplars: Int
  package var items: Int
  package var skipped: IndexBuild.Skipped
  /// Positions of all items, by view.
  package var positions: [String: Int]
  /// Latents that were active somewhere.
  package var activeLatents: Int
  package var explainedLatents: Int
  package var bytes: Int

  package init(
    index: String, path: String, sae: String? = nil, modelDigest: String, saeDigest: String,
    site: String, latents: Int, exemplars: Int, items: Int, skipped: IndexBuild.Skipped,
    positions: [String: Int], activeLatents: Int, explainedLatents: Int, bytes: Int
  ) {
    self.index = index
    self.path = path
    self.sae = sae
    self.modelDigest = modelDigest
    self.saeDigest = saeDigest
    self.site = site
    self.latents = latents
    self.exemplars = exemplars
    self.items = items
    self.skipped = skipped
    self.positions = positions
    self.activeLatents = activeLatents
    self.explainedLatents = explainedLatents
    self.bytes = bytes
  }
}
