/// What the parts of a context contribute to a target, and the line that closes.
package struct PartShares: Sendable {
  package struct Share: Sendable, Equatable {
    package let part: String
    package let score: Float
    /// How many (position, latent) pairs are active in it. Nothing is run for a part
    /// without any: its share is 0.
    package let activeCount: Int
  }
  /// target = start + features + gap, features = Σ shares + interaction, start = bias
  /// + errorTerm + elsewhere.
  package struct Identity: Sendable, Equatable {
    /// The model's own value, or its reconstruction's with the error term dropped.
    package let target: Float
    /// The value when the features of all parts are zero.
    package let start: Float
    /// What the features of all parts do together: measured, or for `sum` the sum of their scores.
    package let features: Float
    /// What the shares leave of `features`: parts that do together more, or less, than one by one.
    /// Zero for Shapley values and sums.
    package let interaction: Float
    /// What the autoencoder's error adds to the bias alone.
    package let errorTerm: Float
    /// The value when every position of the context holds the decoder's bias alone.
    package let bias: Float
    /// What features outside of the parts add to bias and error.
    package let elsewhere: Float
    /// What is left: rounding where everything is measured, all that a
    /// first-order sum misses otherwise.
    package let gap: Float
  }
  package let shares: [Share]
  package let identity: Identity
  /// Runs of the blocks above the site that it took.
  package let runs: Int
}
