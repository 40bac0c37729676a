/// The parts of a prompt whose activations are ranked and counted apart.
package enum IndexView: Int, Sendable, Hashable, CaseIterable, Codable {
  /// The whole picture at low resolution, a grid of patches, row-major.
  case base = 0
  /// The tiles at high resolution, a grid of patches without the row ends, row-major.
  case tiles = 1
  /// Tokens that are no picture's, by spans of at most `IndexOptions.spanTokens`.
  case text = 2
}

/// How the activations a of a latent in a view (or a text span) of n positions are made one score.
package enum IndexRanking: Int, Sendable, Hashable, CaseIterable, Codable {
  /// max a
  case max = 0
  /// Σ a / n, positions where the latent is not active included: the paper's ranking on the base view.
  case mean = 1
  /// Σ a
  case mass = 2
}
