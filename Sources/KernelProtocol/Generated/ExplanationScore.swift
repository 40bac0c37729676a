// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Measures how well explanations hold, and how much of one piece latents are: a job; the scores
/// are kept with the index.
///
/// What is asked of which source: iou and auc of a concept set's masks, or iou, clip and
/// monosemanticity of the kernel's vision worker; consistency, detection, fuzz and intruder of a
/// judge. An explanation that dissection of the same set chose is measured on the other half of its
/// pictures alone. Scores stand beside what chance gives: the same measure on random pictures of
/// the index, drawn by the seed. Scores that are kept with the same settings are not measured
/// again. The job's result is an ExplanationScore.Scored.
package enum ExplanationScore: Request {
  package static let method = "explanation/score"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var sae: String
    /// Absent: those of concepts where it is given, those of the vision worker where the kernel has
    /// one, those of the judge where it is given.
    package var scorers: [Scorer]?
    /// The concept set's JSON file, absolute: a list of {attribute, name, places: [{picture,
    /// values, mask?}]}, pictures and masks beside it; values are the grey levels of the picture's
    /// mask that are the concept. With it iou and auc are measured on its pictures.
    package var concepts: String?
    /// Who looks at pictures for consistency, detection, fuzz and intruder.
    package var judge: ExplanationGenerate.Explainer?
    /// Absent: all that have an explanation; for intruder and monosemanticity all that are active
    /// in the view.
    package var features: LatentSelection?
    /// Whose exemplars and activations are looked at; absent: tiles with concepts, else base.
    package var view: String?
    /// What a latent's best pictures are; absent: mean.
    package var rankBy: FeatureExamples.Ranking?
    /// How the pictures of concepts are run; absent: the picture alone.
    package var prompt: ConceptPrompt?
    /// Pictures of a latent that are looked at; absent: 5.
    package var exemplars: Int?
    /// Where a latent counts as active for iou; absent: smoothed with the vision worker, patches
    /// with concepts.
    package var mask: Mask?
    /// For mask quantile: the share of a latent's positive activations that are too small to count;
    /// absent: 0.8.
    package var quantile: Double?
    /// The least score of a box that the vision worker's detector finds; absent: 0.3.
    package var groundingThreshold: Double?
    /// Random pictures of the index, of different contents, from which what chance gives is drawn
    /// and on which latents are not active or less; absent: 100.
    package var pool: Int?
    /// Draws of as many random pictures; absent: 10 for iou, 30 for clip.
    package var trials: Int?
    /// Pictures that the judge is asked about for detection and fuzz, half of them where the latent
    /// is active, and rounds of intruder; absent: 10.
    package var questions: Int?
    /// Absent: 0.
    package var seed: Int?
    /// How the judge answers; absent: json of a server, text of the resident model.
    package var answer: ExplanationGenerate.AnswerForm?
    /// Of the judge's answer; absent: 256.
    package var maxTokens: Int?
    /// Questions to the judge under way at once; absent: 4.
    package var concurrency: Int?
    /// For one question to the judge; absent: 300.
    package var requestSeconds: Double?
    /// Absent: 5.
    package var tries: Int?
    /// Whether what has been scored with the same settings is scored again; absent: no.
    package var again: Bool?

    package init(
      index: String, sae: String, scorers: [Scorer]? = nil, concepts: String? = nil,
      judge: ExplanationGenerate.Explainer? = nil, features: LatentSelection? = nil,
      view: String? = nil, rankBy: FeatureExamples.Ranking? = nil, prompt: ConceptPrompt? = nil,
      exemplars: Int? = nil, mask: Mask? = nil, quantile: Double? = nil,
      groundingThreshold: Double? = nil, pool: Int? = nil, trials: Int? = nil,
      questions: Int? = nil, seed: Int? = nil, answer: ExplanationGenerate.AnswerForm? = nil,
      maxTokens: Int? = nil, concurrency: Int? = nil, requestSeconds: Double? = nil,
      tries: Int? = nil, again: Bool? = nil
    ) {
      self.index = index
      self.sae = sae
      self.scorers = scorers
      self.concepts = concepts
      self.judge = judge
      self.features = features
      self.view = view
      self.rankBy = rankBy
      self.prompt = prompt
      self.exemplars = exemplars
      self.mask = mask
      self.quantile = quantile
      self.groundingThreshold = groundingThreshold
      self.pool = pool
      self.trials = trials
      self.questions = questions
      self.seed = seed
      self.answer = answer
      self.maxTokens = maxTokens
      self.concurrency = concurrency
      self.requestSeconds = requestSeconds
      self.tries = tries
      self.again = again
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decode(String.self, forKey: .index)
      sae = try members.decode(String.self, forKey: .sae)
      scorers = members.contains(.scorers) ? try members.nonEmpty(.scorers) : nil
      concepts = try members.decodeIfPresent(String.self, forKey: .concepts)
      judge = try members.decodeIfPresent(ExplanationGenerate.Explainer.self, forKey: .judge)
      features = try members.decodeIfPresent(LatentSelection.self, forKey: .features)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      rankBy = try members.decodeIfPresent(FeatureExamples.Ranking.self, forKey: .rankBy)
      prompt = try members.decodeIfPresent(ConceptPrompt.self, forKey: .prompt)
      exemplars = try members.optionalInteger(.exemplars, in: 1...1000)
      mask = try members.decodeIfPresent(Mask.self, forKey: .mask)
      quantile = try members.optionalNumber(.quantile, in: 0...1)
      groundingThreshold = try members.optionalNumber(.groundingThreshold, in: 0...1)
      pool = try members.optionalInteger(.pool, in: 1...100_000)
      trials = try members.optionalInteger(.trials, in: 1...10_000)
      questions = try members.optionalInteger(.questions, in: 2...1000)
      seed = try members.optionalInteger(.seed, in: 0...Int.max)
      answer = try members.decodeIfPresent(ExplanationGenerate.AnswerForm.self, forKey: .answer)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...65_536)
      concurrency = try members.optionalInteger(.concurrency, in: 1...64)
      requestSeconds = try members.optionalNumber(.requestSeconds, in: 0.1...3600)
      tries = try members.optionalInteger(.tries, in: 1...20)
      again = try members.decodeIfPresent(Bool.self, forKey: .again)
    }
  }

  package typealias Result = JobStarted

  package enum Mask: String, WireName {
    /// any activation counts, and the map is enlarged bilinearly as in the paper, so that a patch
    /// reaches into its neighbours.
    case smoothed
    /// any activation counts, patches are laid over the pixels as they are.
    case patches
    /// patches whose activation is at least a quantile of the latent's positive ones.
    case quantile
  }

  /// What the scorers of one kind found.
  package struct Mean: Codable, Sendable, Equatable {
    package var kind: String
    /// Over the latents that were scored.
    package var value: Double
    /// The mean of what chance gives.
    package var baseline: Double?
    /// Over all latents that were asked about, those without a score as 0.
    package var overAll: Double
    /// Latents that were scored.
    package var count: Int

    package init(
      kind: String, value: Double, baseline: Double? = nil, overAll: Double, count: Int
    ) {
      self.kind = kind
      self.value = value
      self.baseline = baseline
      self.overAll = overAll
      self.count = count
    }
  }

  /// The explanations of one kind of concept, or those that cannot be scored.
  package struct Row: Codable, Sendable, Equatable {
    /// Such as object or colour; other where nobody said; uninterpretable, failed, unmatched.
    package var concept: String
    package var count: Int
    package var means: [Mean]

    package init(concept: String, count: Int, means: [Mean]) {
      self.concept = concept
      self.count = count
      self.means = means
    }
  }

  /// The result of a job of explanation/score. Every latent that was asked about is in one of the
  /// first four counts.
  package struct Scored: Codable, Sendable, Equatable {
    package var scored: Int
    package var uninterpretable: Int
    package var failed: Int
    /// Whose explanation names no concept of the set.
    package var unmatched: Int
    /// Scores that were kept with the same settings before.
    package var known: Int
    package var means: [Mean]
    package var rows: [Row]
    package var seconds: Double

    package init(
      scored: Int, uninterpretable: Int, failed: Int, unmatched: Int, known: Int, means: [Mean],
      rows: [Row], seconds: Double
    ) {
      self.scored = scored
      self.uninterpretable = uninterpretable
      self.failed = failed
      self.unmatched = unmatched
      self.known = known
      self.means = means
      self.rows = rows
      self.seconds = seconds
    }
  }

  package enum Scorer: String, WireName {
    /// the overlap of the latent's activations on its best pictures with the masks of what its
    /// explanation names.
    case iou
    /// how well its largest activation distinguishes pictures with the concept from those without.
    case auc
    /// the similarity of the explanation and the latent's best pictures, in hundredths.
    case clip
    /// whether a judge finds what the explanation says where the latent is active.
    case consistency
    /// whether a judge tells by the explanation which pictures the latent is active on.
    case detection
    /// whether it tells which places are lit rightly.
    case fuzz
    /// whether it finds the picture that the latent is not active on, without an explanation.
    case intruder
    /// how alike the pictures are to another model, weighted by the activations.
    case monosemanticity
  }
}
