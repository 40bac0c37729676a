import JSONRPC

extension AttributionCompute {
  /// Scores held against exact ablation: of the strongest, of those that a second method finds strongest, and of
  /// others drawn at random.
  package struct Verification: Codable, Sendable, Equatable {
    package var items: [Measured]
    /// How many were measured.
    package var n: Int
    /// Pearson's correlation of predicted and measured; absent below eight pairs or without variance.
    package var pearson: Double?
    /// Spearman's rank correlation, likewise.
    package var spearman: Double?
    /// Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall.
    package var slope: Double?
    /// Of the pairs whose fall is more than a fiftieth of the largest, those with the other sign.
    package var wrongSigns: Int
    package var signsCounted: Int
    /// Why the scores should not be relied on; absent where nothing speaks against it.
    package var notReliable: [String]?

    package init(
      items: [Measured], n: Int, pearson: Double? = nil, spearman: Double? = nil,
      slope: Double? = nil, wrongSigns: Int, signsCounted: Int, notReliable: [String]? = nil
    ) {
      self.items = items
      self.n = n
      self.pearson = pearson
      self.spearman = spearman
      self.slope = slope
      self.wrongSigns = wrongSigns
      self.signsCounted = signsCounted
      self.notReliable = notReliable
    }
  }

  package struct Measured: Codable, Sendable, Equatable {
    /// Absent for all features of a token.
    package var feature: FeatureRef?
    package var position: Int?
    package var predicted: Double
    package var measured: Double
    package var origin: Origin

    package init(
      feature: FeatureRef? = nil, position: Int? = nil, predicted: Double, measured: Double,
      origin: Origin
    ) {
      self.feature = feature
      self.position = position
      self.predicted = predicted
      self.measured = measured
      self.origin = origin
    }
  }

  package enum Origin: String, WireName {
    /// Among the strongest by the method asked for.
    case strongest
    /// Among the strongest by a second method.
    case secondMethod
    /// Drawn from the other active ones.
    case random
  }
}
