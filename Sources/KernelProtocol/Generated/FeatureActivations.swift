// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The latents that are active in a region.
package enum FeatureActivations: Request {
  package static let method = "feature/activations"
  package static let lane = Lane.engine
  package static let isLong = true
  package static let partialResults: String? = "items"

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    package var sae: String
    /// Absent: the whole context.
    package var region: Region?
    /// Absent: 20.
    package var topK: Int?
    /// Absent: max.
    package var rankBy: Rank?

    package init(
      context: String, version: Int? = nil, sae: String, region: Region? = nil, topK: Int? = nil,
      rankBy: Rank? = nil
    ) {
      self.context = context
      self.version = version
      self.sae = sae
      self.region = region
      self.topK = topK
      self.rankBy = rankBy
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      sae = try members.decode(String.self, forKey: .sae)
      region = try members.decodeIfPresent(Region.self, forKey: .region)
      topK = try members.optionalInteger(.topK, in: 0...Int.max)
      rankBy = try members.decodeIfPresent(Rank.self, forKey: .rankBy)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// By descending score, ties by the lower index.
    package var items: [Item]
    /// Mean number of active latents at a position of the region.
    package var l0: Double
    /// Fraction of the residual's variance there that the autoencoder leaves unexplained; absent
    /// where that does not vary.
    package var fvu: Double?

    package init(items: [Item], l0: Double, fvu: Double? = nil) {
      self.items = items
      self.l0 = l0
      self.fvu = fvu
    }
  }

  package struct Activation: Codable, Sendable, Equatable {
    package var position: Int
    package var value: Double

    package init(position: Int, value: Double) {
      self.position = position
      self.value = value
    }
  }

  package struct Item: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    package var score: Double
    /// Where it is active, in order.
    package var positions: [Activation]

    package init(feature: FeatureRef, score: Double, positions: [Activation]) {
      self.feature = feature
      self.score = score
      self.positions = positions
    }
  }

  /// What a latent's activations in the region are reduced to.
  package enum Rank: String, WireName {
    case max
    case mean
    case sum
  }
}
