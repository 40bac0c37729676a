// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Measures how well an autoencoder can replace the residual stream on a data set: a job.
///
/// The job's result is a SAECheck.Checked. A resumed job begins anew.
package enum SAECheck: Request {
  package static let method = "sae/check"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var sae: String
    package var corpus: CorpusPlace
    /// Entries of the corpus to look at; absent: all.
    package var limit: Int?
    /// How prompts are rendered; absent: model.
    package var template: IndexBuild.Template?

    package init(
      sae: String, corpus: CorpusPlace, limit: Int? = nil, template: IndexBuild.Template? = nil
    ) {
      self.sae = sae
      self.corpus = corpus
      self.limit = limit
      self.template = template
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      sae = try members.decode(String.self, forKey: .sae)
      corpus = try members.decode(CorpusPlace.self, forKey: .corpus)
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      template = try members.decodeIfPresent(IndexBuild.Template.self, forKey: .template)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of sae/check.
  package struct Checked: Codable, Sendable, Equatable {
    package var sae: String
    package var site: String
    /// Prompts that were run.
    package var contexts: Int
    /// Entries that could not be used; the log has their names.
    package var skipped: Int
    /// All tokens of the prompts, template and pictures included.
    package var tokens: Int
    /// Σ(x̂ − x)² / Σ(x − mean)² over all tokens, the mean being theirs; absent where they do not
    /// vary.
    package var fvu: Double?
    /// The mean over prompts of the same with the prompt's own mean.
    package var meanContextFvu: Double?
    /// Mean number of active latents of a token.
    package var l0: Double
    package var latents: Int
    /// Latents that were active at no token.
    package var dead: Int
    /// Absent where no prompt has a token of text to predict.
    package var prediction: Prediction?

    package init(
      sae: String, site: String, contexts: Int, skipped: Int, tokens: Int, fvu: Double? = nil,
      meanContextFvu: Double? = nil, l0: Double, latents: Int, dead: Int,
      prediction: Prediction? = nil
    ) {
      self.sae = sae
      self.site = site
      self.contexts = contexts
      self.skipped = skipped
      self.tokens = tokens
      self.fvu = fvu
      self.meanContextFvu = meanContextFvu
      self.l0 = l0
      self.latents = latents
      self.dead = dead
      self.prediction = prediction
    }
  }

  /// How the model predicts the tokens of the texts: mean cross-entropy in nats; absent where no
  /// prompt has one.
  package struct Prediction: Codable, Sendable, Equatable {
    /// Tokens that were predicted: those of texts and answers, not of templates and pictures.
    package var tokens: Int
    package var plain: Double
    /// With the residual at the site replaced by its reconstruction, at every position.
    package var reconstruction: Double
    /// With the residual at the site replaced by zero, at every position.
    package var zero: Double
    /// (zero − reconstruction) / (zero − plain); absent where the two are equal.
    package var lossRecovered: Double?
    /// Mean KL(plain ‖ reconstruction) of the distributions that predict them, in nats.
    package var kl: Double

    package init(
      tokens: Int, plain: Double, reconstruction: Double, zero: Double,
      lossRecovered: Double? = nil, kl: Double
    ) {
      self.tokens = tokens
      self.plain = plain
      self.reconstruction = reconstruction
      self.zero = zero
      self.lossRecovered = lossRecovered
      self.kl = kl
    }
  }
}
