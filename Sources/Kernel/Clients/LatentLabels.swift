import FeatureIndex

/// Looks up what an index says of an autoencoder's latents: made on the engine's thread,
/// asked on the index lane.
package struct LatentLabels: Sendable {
  private let autoencoder: String
  private let identity: IndexIdentity?

  package init(ofAutoencoder name: String, _ engine: Engine) {
    autoencoder = name
    identity = try? engine.identity(of: engine.autoencoder(named: name))
  }

  /// By latent; none where no index of the autoencoder is open.
  package func labels(of latents: [Int], in shelf: IndexShelf) -> [Int: String] {
    guard let entry = try? shelf.entry(named: nil, autoencoder: autoencoder),
      entry.store.identity == identity
    else { return [:] }
    return (try? entry.store.labels(of: latents)) ?? [:]
  }
}
