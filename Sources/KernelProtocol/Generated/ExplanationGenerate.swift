// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Has a model say what latents stand for, by their best pictures and texts: a job.
///
/// The job's result is an ExplanationGenerate.Generated. A failure is recorded with its reason as a
/// revision of its own, and tried again when the job is resumed or begun anew. After three
/// questions in a row that got no answer the job pauses.
package enum ExplanationGenerate: Request {
  package static let method = "explanation/generate"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var features: LatentSelection
    package var explainer: Explainer
    /// No exemplars: the resident model is shown a white picture of side pixels either way with the
    /// latent held, and says what it sees. Where it says the same of the picture as it is, or
    /// changed as far in a random direction, the latent counts as uninterpretable.
    package var blankPicture: BlankPicture?
    /// Whose exemplars are shown; absent: the index's first, most often base.
    package var view: String?
    /// Absent: mean.
    package var rankBy: FeatureExamples.Ranking?
    /// Absent: 5.
    package var exemplars: Int?
    /// How a picture is shown, as feature/render draws it; absent: dimmed.
    package var style: FeatureRender.Style?
    /// Absent: patches; paper always smooths.
    package var interpolation: FeatureRender.Interpolation?
    /// The brightness that is left to what is not active; absent: 0.2.
    package var level: Double?
    /// Pixels of a shown picture's longer side at most; absent: 336. Paper draws the model's tile.
    package var side: Int?
    /// Absent: json.
    package var answer: AnswerForm?
    /// Absent: 256.
    package var maxTokens: Int?
    /// Questions under way at once; absent: 4.
    package var concurrency: Int?
    /// Absent: 300.
    package var requestSeconds: Double?
    /// Absent: 5.
    package var tries: Int?
    /// Whether latents that this explainer has explained are explained again; absent: no.
    package var again: Bool?

    package init(
      index: String, features: LatentSelection, explainer: Explainer,
      blankPicture: BlankPicture? = nil, view: String? = nil,
      rankBy: FeatureExamples.Ranking? = nil, exemplars: Int? = nil,
      style: FeatureRender.Style? = nil, interpolation: FeatureRender.Interpolation? = nil,
      level: Double? = nil, side: Int? = nil, answer: AnswerForm? = nil, maxTokens: Int? = nil,
      concurrency: Int? = nil, requestSeconds: Double? = nil, tries: Int? = nil, again: Bool? = nil
    ) {
      self.index = index
      self.features = features
      self.explainer = explainer
      self.blankPicture = blankPicture
      self.view = view
      self.rankBy = rankBy
      self.exemplars = exemplars
      self.style = style
      self.interpolation = interpolation
      self.level = level
      self.side = side
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
      features = try members.decode(LatentSelection.self, forKey: .features)
      explainer = try members.decode(Explainer.self, forKey: .explainer)
      blankPicture = try members.decodeIfPresent(BlankPicture.self, forKey: .blankPicture)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      rankBy = try members.decodeIfPresent(FeatureExamples.Ranking.self, forKey: .rankBy)
      exemplars = try members.optionalInteger(.exemplars, in: 1...50)
      style = try members.decodeIfPresent(FeatureRender.Style.self, forKey: .style)
      interpolation =
        try members.decodeIfPresent(FeatureRender.Interpolation.self, forKey: .interpolation)
      level = try members.optionalNumber(.level, in: 0...1)
      side = try members.optionalInteger(.side, in: 16...2048)
      answer = try members.decodeIfPresent(AnswerForm.self, forKey: .answer)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...65_536)
      concurrency = try members.optionalInteger(.concurrency, in: 1...64)
      requestSeconds = try members.optionalNumber(.requestSeconds, in: 0.1...3600)
      tries = try members.optionalInteger(.tries, in: 1...20)
      again = try members.decodeIfPresent(Bool.self, forKey: .again)
    }
  }

  package typealias Result = JobStarted

  package enum AnswerForm: String, WireName {
    /// an object of JSON, such as one that says whether there is a common concept, and which.
    case json
    /// a sentence, or of a judge one word, for models that write no JSON.
    case text
  }

  /// A blank picture on which one latent is held at a value, at every token of the picture.
  package struct BlankPicture: Codable, Sendable, Equatable {
    /// Absent: the loaded one that the index was built for; another is refused.
    package var sae: String?
    /// Absent: Describe the image.
    package var question: String?
    /// What the latent is held at, in its largest activation in the index's view; absent: 4.
    package var strength: Double?

    package init(sae: String? = nil, question: String? = nil, strength: Double? = nil) {
      self.sae = sae
      self.question = question
      self.strength = strength
    }
  }

  /// Its key is the kernel's environment variable LUCARNE_EXPLAINER_KEY, and never on the wire.
  package struct Endpoint: Codable, Sendable, Equatable {
    /// http or https, such as http://localhost:8000/v1.
    package var url: String
    package var model: String

    package init(url: String, model: String) {
      self.url = url
      self.model = model
    }
  }

  /// The result of a job of explanation/generate. Every latent that was asked about is in one of
  /// the first five counts.
  package struct Generated: Codable, Sendable, Equatable {
    package var explained: Int
    package var uninterpretable: Int
    /// Recorded with the reason; tried again when the job is resumed or begun anew.
    package var failed: Int
    /// Explained by this explainer before.
    package var known: Int
    /// Never active in the view.
    package var silent: Int
    package var seconds: Double
    package var promptTokens: Int
    package var completionTokens: Int

    package init(
      explained: Int, uninterpretable: Int, failed: Int, known: Int, silent: Int, seconds: Double,
      promptTokens: Int, completionTokens: Int
    ) {
      self.explained = explained
      self.uninterpretable = uninterpretable
      self.failed = failed
      self.known = known
      self.silent = silent
      self.seconds = seconds
      self.promptTokens = promptTokens
      self.completionTokens = completionTokens
    }
  }
}
