// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What is known of a latent without any prompt.
package enum FeatureInfo: Request {
  package static let method = "feature/info"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    /// Tokens and neighbours to list; absent: 10.
    package var topK: Int?

    package init(feature: FeatureRef, topK: Int? = nil) {
      self.feature = feature
      self.topK = topK
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      feature = try members.decode(FeatureRef.self, forKey: .feature)
      topK = try members.optionalInteger(.topK, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var stats: Stats
    package var explanation: Explanation?
    /// The direct effect of the decoder row on the logits: W_U · (γ ⊙ W_dec), γ being the last
    /// norm's weight, without that norm's scale.
    package var logits: Logits
    /// The nearest decoder rows, by descending cosine.
    package var neighbours: [Neighbour]
    /// Latents active at the same tokens; absent without an index.
    package var coactive: [CoactiveFeature]?

    package init(
      stats: Stats, explanation: Explanation? = nil, logits: Logits, neighbours: [Neighbour],
      coactive: [CoactiveFeature]? = nil
    ) {
      self.stats = stats
      self.explanation = explanation
      self.logits = logits
      self.neighbours = neighbours
      self.coactive = coactive
    }
  }

  package struct Explanation: Codable, Sendable, Equatable {
    package var text: String
    package var author: String?
    /// Of its scores the newest.
    package var score: Double?
    /// How well it holds: the newest iou, or else dissection, then the newest auc; absent where
    /// neither was measured.
    package var labelScores: [LabelScore]?

    package init(
      text: String, author: String? = nil, score: Double? = nil, labelScores: [LabelScore]? = nil
    ) {
      self.text = text
      self.author = author
      self.score = score
      self.labelScores = labelScores
    }
  }

  /// Empty lists for a feature of the vision tower, whose direction reaches no logit by itself.
  package struct Logits: Codable, Sendable, Equatable {
    package var promoted: [TokenEffect]
    package var suppressed: [TokenEffect]

    package init(promoted: [TokenEffect], suppressed: [TokenEffect]) {
      self.promoted = promoted
      self.suppressed = suppressed
    }
  }

  package struct Neighbour: Codable, Sendable, Equatable {
    package var feature: FeatureRef
    package var cosine: Double

    package init(feature: FeatureRef, cosine: Double) {
      self.feature = feature
      self.cosine = cosine
    }
  }

  /// Members that need an index are absent without one.
  package struct Stats: Codable, Sendable, Equatable {
    package var decoderNorm: Double
    package var encoderBias: Double?
    /// Fraction of positions where it is active.
    package var frequency: Double?
    /// Mean activation where it is active.
    package var mean: Double?
    package var max: Double?
    /// The same by view, with more; absent without an index.
    package var views: [FeatureStatistics]?

    package init(
      decoderNorm: Double, encoderBias: Double? = nil, frequency: Double? = nil,
      mean: Double? = nil, max: Double? = nil, views: [FeatureStatistics]? = nil
    ) {
      self.decoderNorm = decoderNorm
      self.encoderBias = encoderBias
      self.frequency = frequency
      self.mean = mean
      self.max = max
      self.views = views
    }
  }

  package struct TokenEffect: Codable, Sendable, Equatable {
    package var token: Int
    package var text: String
    package var value: Double

    package init(token: Int, text: String, value: Double) {
      self.token = token
      self.text = text
      self.value = value
    }
  }
}
