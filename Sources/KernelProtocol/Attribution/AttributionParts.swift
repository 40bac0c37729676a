import JSONRPC

extension AttributionCompute {
  /// How the shares of parts are measured.
  package struct PartsRequest: Codable, Sendable, Equatable {
    /// Absent: `ablation`.
    package var method: PartsMethod?
    /// Absent: the context's parts, the template's tokens and what was generated.
    package var regions: [NamedRegion]?
    /// For `occlusion`: the token that stands in for a text's tokens; absent: a space.
    package var replacement: TokenSpec?

    package init(
      method: PartsMethod? = nil, regions: [NamedRegion]? = nil, replacement: TokenSpec? = nil
    ) {
      self.method = method
      self.regions = regions
      self.replacement = replacement
    }
  }

  package enum PartsMethod: String, WireName {
    /// The target's fall when all of a part's features go to zero together.
    case ablation
    /// Shapley values over at most six regions, exact: 2ⁿ runs.
    case shapley
    /// The sum of first-order scores: a tangent, no measurement.
    case sum
    /// The input itself changed: pixels painted with the picture's mean colour, words replaced.
    case occlusion
    /// Not at all.
    case none
  }

  package struct NamedRegion: Codable, Sendable, Equatable {
    /// Absent: as the region reads.
    package var name: String?
    package var region: Region

    package init(name: String? = nil, region: Region) {
      self.name = name
      self.region = region
    }
  }

  package struct PartScore: Codable, Sendable, Equatable {
    package var part: String
    package var score: Double
    /// How many (position, latent) pairs are active in it; absent for `occlusion`.
    package var active: Int?

    package init(part: String, score: Double, active: Int? = nil) {
      self.part = part
      self.score = score
      self.active = active
    }
  }

  /// target = start + features + gap; features = Σ byPart + interaction; start = bias + errorTerm + elsewhere.
  package struct Identity: Codable, Sendable, Equatable {
    package var method: PartsMethod
    package var target: Double
    /// The value with all the parts' features at zero; for `occlusion`, with all parts occluded.
    package var start: Double
    /// What the parts do together.
    package var features: Double
    /// What the parts do together beyond what each does alone.
    package var interaction: Double
    /// What the autoencoder's error adds to the bias; absent for `occlusion`.
    package var errorTerm: Double?
    /// The value on the decoder's bias alone; absent for `occlusion`.
    package var bias: Double?
    /// What features outside of the parts add; absent where the parts hold them all.
    package var elsewhere: Double?
    /// Rounding where everything is measured; what a first-order sum misses otherwise.
    package var gap: Double
    /// Runs that it took.
    package var runs: Int

    package init(
      method: PartsMethod, target: Double, start: Double, features: Double, interaction: Double,
      errorTerm: Double? = nil, bias: Double? = nil, elsewhere: Double? = nil, gap: Double,
      runs: Int
    ) {
      self.method = method
      self.target = target
      self.start = start
      self.features = features
      self.interaction = interaction
      self.errorTerm = errorTerm
      self.bias = bias
      self.elsewhere = elsewhere
      self.gap = gap
      self.runs = runs
    }
  }
}
