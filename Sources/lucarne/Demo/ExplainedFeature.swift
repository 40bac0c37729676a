import KernelProtocol

/// A feature whose score was held against its exact ablation.
struct ExplainedFeature {
  let feature: FeatureRef
  /// The fall that its score predicts, to first order.
  let predicted: Double
  /// The fall when it is ablated everywhere.
  let ablated: Double
  /// Whether it was drawn at random, and is not among the strongest.
  let isRandom: Bool
  /// How many tokens it is active at.
  let tokenCount: Int
  /// The token where it is most active.
  let strongest: ContextTokens.Token

  /// - Returns: nil where it is active nowhere.
  init?(
    _ measured: AttributionCompute.Measured, at places: [FeatureActivations.Activation],
    among tokens: [ContextTokens.Token]
  ) {
    guard let feature = measured.feature,
      let strongest = places.max(by: { $0.value < $1.value })?.position,
      tokens.indices.contains(strongest)
    else { return nil }
    self.feature = feature
    predicted = measured.predicted
    ablated = measured.measured
    isRandom = measured.origin == .random
    tokenCount = places.count
    self.strongest = tokens[strongest]
  }
}
