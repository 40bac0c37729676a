import FeatureIndex

extension FeatureIndexStore {
  /// The first view where a latent is active; the first of all where it never is.
  func firstView(ofLatent latent: Int) throws -> IndexView {
    let found = try statistics(ofLatent: latent)
    return options.knownViews.first { found[$0] != nil } ?? options.firstView
  }
}
