// Written by protocol/generator from protocol/openrpc.json.

/// A latent that is active at the same tokens as another, counted on an index's sample.
package struct CoactiveFeature: Codable, Sendable, Equatable {
  package var feature: FeatureRef
  /// Sampled tokens where both are active.
  package var count: Int
  /// That count over the tokens where one of the two is active.
  package var jaccard: Double

  package init(feature: FeatureRef, count: Int, jaccard: Double) {
    self.feature = feature
    self.count = count
    self.jaccard = jaccard
  }
}
