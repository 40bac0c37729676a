// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What makes a target differ between two contexts: which features, where, and how much each
/// explains when it is patched from one into the other.
///
/// To first order a feature explains Σ (z − z′)·(W_dec · ½(g + g′)) of the difference. The largest
/// are measured in both directions: the activations of one context are put into the other at
/// corresponding positions, the error term kept.
package enum AttributionCompare: Request {
  package static let method = "attribution/compare"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    /// The context that it is compared with: of the same model.
    package var other: String
    package var sae: String
    /// The same for both; a position counts in each.
    package var target: Target
    /// Features to measure and list; absent: 10.
    package var topK: Int?

    package init(
      context: String, version: Int? = nil, other: String, sae: String, target: Target,
      topK: Int? = nil
    ) {
      self.context = context
      self.version = version
      self.other = other
      self.sae = sae
      self.target = target
      self.topK = topK
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      other = try members.decode(String.self, forKey: .other)
      sae = try members.decode(String.self, forKey: .sae)
      target = try members.decode(Target.self, forKey: .target)
      topK = try members.optionalInteger(.topK, in: 0...1024)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var target: AttributionCompute.TargetValue
    /// The target's value in the other context.
    package var other: Double
    /// value − other.
    package var difference: Double
    /// Largest magnitude of what was predicted first.
    package var items: [Item]
    /// All features patched at once.
    package var together: Patched
    package var aligned: Aligned
    /// Predicted and measured over the items.
    package var agreement: Agreement
    package var explanation: AttributionCompute.Explanation
    /// Seconds.
    package var elapsed: Double

    package init(
      target: AttributionCompute.TargetValue, other: Double, difference: Double, items: [Item],
      together: Patched, aligned: Aligned, agreement: Agreement,
      explanation: AttributionCompute.Explanation, elapsed: Double
    ) {
      self.target = target
      self.other = other
      self.difference = difference
      self.items = items
      self.together = together
      self.aligned = aligned
      self.agreement = agreement
      self.explanation = explanation
      self.elapsed = elapsed
    }
  }

  /// How well what was predicted agrees with the mean of what was measured both ways.
  package struct Agreement: Codable, Sendable, Equatable {
    /// How many were measured.
    package var n: Int
    /// Of predicted and measured; absent below eight pairs or without variance.
    package var pearson: Double?
    /// The rank correlation, likewise.
    package var spearman: Double?
    /// Σ predicted · measured / Σ predicted²: what a score must be multiplied by to be a fall.
    package var slope: Double?
    /// Of signsCounted, those with the other sign.
    package var wrongSigns: Int
    /// Pairs whose fall is more than a fiftieth of the largest.
    package var signsCounted: Int

    package init(
      n: Int, pearson: Double? = nil, spearman: Double? = nil, slope: Double? = nil,
      wrongSigns: Int, signsCounted: Int
    ) {
      self.n = n
      self.pearson = pearson
      self.spearman = spearman
      self.slope = slope
      self.wrongSigns = wrongSigns
      self.signsCounted = signsCounted
    }
  }

  /// How the two contexts' positions lie beside each other. A position without a counterpart is
  /// patched as if nothing were active at the other side.
  package struct Aligned: Codable, Sendable, Equatable {
    package var pairs: Int
    package var onlyInContext: Int
    package var onlyInOther: Int

    package init(pairs: Int, onlyInContext: Int, onlyInOther: Int) {
      self.pairs = pairs
      self.onlyInContext = onlyInContext
      self.onlyInOther = onlyInOther
    }
  }

  /// A feature whose activations differ. Positive where it makes the first context's target larger
  /// than the other's.
  package struct Item: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    /// Σ (z − z′)·(W_dec · ½(g + g′)) over positions: to first order what it explains of the
    /// difference.
    package var predicted: Double
    package var measured: Patched
    /// Where its activations differ most, at most eight places.
    package var places: [Place]

    package init(feature: FeatureRef, predicted: Double, measured: Patched, places: [Place]) {
      self.feature = feature
      self.predicted = predicted
      self.measured = measured
      self.places = places
    }
  }

  /// What patching explains of the difference, exactly.
  package struct Patched: Codable, Sendable, Equatable {
    /// The fall of the first context's target when it gets the other's activations.
    package var intoContext: Double
    /// The rise of the other's target when it gets the first one's.
    package var intoOther: Double

    package init(intoContext: Double, intoOther: Double) {
      self.intoContext = intoContext
      self.intoOther = intoOther
    }
  }

  package struct Place: Codable, Sendable, Equatable {
    /// Absent where only the other context has it.
    package var position: Int?
    package var otherPosition: Int?
    package var activation: Double
    package var otherActivation: Double

    package init(
      position: Int? = nil, otherPosition: Int? = nil, activation: Double, otherActivation: Double
    ) {
      self.position = position
      self.otherPosition = otherPosition
      self.activation = activation
      self.otherActivation = otherActivation
    }
  }
}
