/// What is changed of one autoencoder's features.
package struct FeatureChanges: Sendable {
  package let autoencoder: LoadedAutoencoder
  package let interventions: [Intervention]

  package init(of autoencoder: LoadedAutoencoder, _ interventions: [Intervention]) {
    self.autoencoder = autoencoder
    self.interventions = interventions
  }
}
