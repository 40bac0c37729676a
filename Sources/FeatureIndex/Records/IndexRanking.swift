/// How the activations a of a latent in a view (or a text span) of n positions are made one score.
package enum IndexRanking: Int, Sendable, Hashable, CaseIterable, Codable {
  /// max a
  case max = 0
  /// Σ a / n, positions where the latent is not active included: the paper's
  /// ranking on the base view.
  case mean = 1
  /// Σ a
  case mass = 2
}
