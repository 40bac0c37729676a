package import JSONRPC

/// Measures how well explanations hold on pictures with masks: a job. The scores are kept with the explanations.
package enum ExplanationScore: Request {
  package static let method = "explanation/score"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var sae: String
    /// The concept set's JSON file, absolute.
    package var concepts: String
    /// Whose newest explanations are scored; absent: all that have one.
    package var features: LatentSelection?
    /// Absent: all.
    package var scorers: [Scorer]?
    /// Absent: tiles.
    package var view: String?
    package var prompt: ConceptPrompt?
    /// Pictures of a latent that are looked at; absent: 5.
    package var exemplars: Int?
    /// Draws of as many random pictures; absent: 10.
    package var trials: Int?
    /// Absent: 0.
    package var seed: Int?

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decode(String.self, forKey: .index)
      sae = try members.decode(String.self, forKey: .sae)
      concepts = try members.decode(String.self, forKey: .concepts)
      features = try members.decodeIfPresent(LatentSelection.self, forKey: .features)
      scorers = members.contains(.scorers) ? try members.nonEmpty(.scorers) : nil
      view = try members.decodeIfPresent(String.self, forKey: .view)
      prompt = try members.decodeIfPresent(ConceptPrompt.self, forKey: .prompt)
      exemplars = try members.optionalInteger(.exemplars, in: 1...1000)
      trials = try members.optionalInteger(.trials, in: 1...10_000)
      seed = try members.optionalInteger(.seed, in: Bounds.count)
    }
  }

  /// The job; its result is a `Scored`.
  package typealias Result = JobStarted

  package enum Scorer: String, WireName {
    /// The overlap of the latent's best pictures with the concept's masks, and that of random ones.
    case iou
    /// How well the latent's activity tells pictures with the concept from those without.
    case detection
  }

  /// What became of a job. Every latent that was asked about is in one of the counts.
  package struct Scored: Codable, Sendable, Equatable {
    package var scored: Int
    package var uninterpretable: Int
    package var failed: Int
    /// Whose explanation names no concept of the set.
    package var unmatched: Int
    package var means: [Mean]

    package init(
      scored: Int, uninterpretable: Int, failed: Int, unmatched: Int, means: [Mean]
    ) {
      self.scored = scored
      self.uninterpretable = uninterpretable
      self.failed = failed
      self.unmatched = unmatched
      self.means = means
    }
  }

  package struct Mean: Codable, Sendable, Equatable {
    package var kind: String
    /// Over the latents that were scored.
    package var value: Double
    package var baseline: Double?
    /// Over all latents that were asked about, those without a score as 0.
    package var overAll: Double

    package init(kind: String, value: Double, baseline: Double? = nil, overAll: Double) {
      self.kind = kind
      self.value = value
      self.baseline = baseline
      self.overAll = overAll
    }
  }
}
