// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Measures how well explanations hold on pictures with masks: a job; the scores are kept with
/// them.
///
/// An explanation is compared with the concept that it names. What dissection of the same set chose
/// is measured on the other half of the pictures alone. The job's result is an
/// ExplanationScore.Scored.
package enum ExplanationScore: Request {
  package static let method = "explanation/score"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var sae: String
    /// The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
    /// values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's
    /// mask that are the concept.
    package var concepts: String
    /// Absent: all that have an explanation.
    package var features: LatentSelection?
    /// Absent: all.
    package var scorers: [Scorer]?
    /// Absent: tiles.
    package var view: String?
    /// How the pictures are run; absent: the picture alone.
    package var prompt: ConceptPrompt?
    /// Pictures of a latent that are looked at; absent: 5.
    package var exemplars: Int?
    /// Draws of as many random pictures; absent: 10.
    package var trials: Int?
    /// Absent: 0.
    package var seed: Int?

    package init(
      index: String, sae: String, concepts: String, features: LatentSelection? = nil,
      scorers: [Scorer]? = nil, view: String? = nil, prompt: ConceptPrompt? = nil,
      exemplars: Int? = nil, trials: Int? = nil, seed: Int? = nil
    ) {
      self.index = index
      self.sae = sae
      self.concepts = concepts
      self.features = features
      self.scorers = scorers
      self.view = view
      self.prompt = prompt
      self.exemplars = exemplars
      self.trials = trials
      self.seed = seed
    }

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
      seed = try members.optionalInteger(.seed, in: 0...Int.max)
    }
  }

  package typealias Result = JobStarted

  /// What the scorers of one kind found.
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

  /// The result of a job of explanation/score. Every latent that was asked about is in one of the
  /// counts.
  package struct Scored: Codable, Sendable, Equatable {
    package var scored: Int
    package var uninterpretable: Int
    package var failed: Int
    /// Whose explanation names no concept of the set.
    package var unmatched: Int
    package var means: [Mean]

    package init(scored: Int, uninterpretable: Int, failed: Int, unmatched: Int, means: [Mean]) {
      self.scored = scored
      self.uninterpretable = uninterpretable
      self.failed = failed
      self.unmatched = unmatched
      self.means = means
    }
  }

  package enum Scorer: String, WireName {
    /// the overlap of the latent's best pictures with the concept's masks, beside that of random
    /// pictures.
    case iou
    /// how well its activity distinguishes pictures with the concept from those without.
    case detection
  }
}
