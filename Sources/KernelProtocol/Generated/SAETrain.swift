// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Trains a TopK autoencoder on a model's residual stream: a job, which continues where an earlier
/// one ended.
///
/// The job's result is a SAETrain.Trained; its progress has the metrics fvu, l0, dead, learningRate
/// and tokensPerSecond, new once a second. Tokens are counted first: what would not fit in memory
/// fails with outOfMemory before anything is run. A resumed job collects the activations again and
/// continues from the saved state; its weights are bit by bit those of an uninterrupted run.
package enum SAETrain: Request {
  package static let method = "sae/train"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// A loaded model's name or a checkpoint's folder; absent: the model loaded last.
    package var model: String?
    /// Where the model is read, as resid_post.5.
    package var site: String
    package var corpus: CorpusPlace
    /// Entries of the corpus to look at; absent: all.
    package var limit: Int?
    /// How prompts are rendered; absent: model.
    package var template: IndexBuild.Template?
    /// The folder to write, absolute; the autoencoder goes into it under the site's module name.
    package var output: String
    package var latents: Int
    /// Active latents a token.
    package var k: Int
    package var steps: Int
    /// Tokens a step; absent: 2048.
    package var batch: Int?
    /// The highest; absent: 2e-4 / √(M / 2¹⁴).
    package var learningRate: Double?
    /// Tokens without firing after which a latent counts as dead; absent: 500000.
    package var deadAfter: Int?
    /// Of the start and of the order of tokens; absent: 0.
    package var seed: Int?
    /// Of the written weights; absent: F32.
    package var type: WeightType?
    /// Steps between saves of the state; absent: 500.
    package var saveEvery: Int?

    package init(
      model: String? = nil, site: String, corpus: CorpusPlace, limit: Int? = nil,
      template: IndexBuild.Template? = nil, output: String, latents: Int, k: Int, steps: Int,
      batch: Int? = nil, learningRate: Double? = nil, deadAfter: Int? = nil, seed: Int? = nil,
      type: WeightType? = nil, saveEvery: Int? = nil
    ) {
      self.model = model
      self.site = site
      self.corpus = corpus
      self.limit = limit
      self.template = template
      self.output = output
      self.latents = latents
      self.k = k
      self.steps = steps
      self.batch = batch
      self.learningRate = learningRate
      self.deadAfter = deadAfter
      self.seed = seed
      self.type = type
      self.saveEvery = saveEvery
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      model = try members.decodeIfPresent(String.self, forKey: .model)
      site = try members.decode(String.self, forKey: .site)
      corpus = try members.decode(CorpusPlace.self, forKey: .corpus)
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      template = try members.decodeIfPresent(IndexBuild.Template.self, forKey: .template)
      output = try members.decode(String.self, forKey: .output)
      latents = try members.integer(.latents, in: 1...2_147_483_648)
      k = try members.integer(.k, in: 1...max(1, latents))
      steps = try members.integer(.steps, in: 1...2_147_483_648)
      batch = try members.optionalInteger(.batch, in: 2...2_147_483_648)
      learningRate = try members.optionalNumber(.learningRate, in: 0...1)
      deadAfter = try members.optionalInteger(.deadAfter, in: 1...Int.max)
      seed = try members.optionalInteger(.seed, in: 0...Int.max)
      type = try members.decodeIfPresent(WeightType.self, forKey: .type)
      saveEvery = try members.optionalInteger(.saveEvery, in: 1...Int.max)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of sae/train.
  package struct Trained: Codable, Sendable, Equatable {
    /// The autoencoder's folder, for sae/load.
    package var path: String
    package var site: String
    package var latents: Int
    package var k: Int
    package var steps: Int
    /// Tokens that it was trained on, again and again.
    package var tokens: Int
    package var entries: Int
    /// Entries that could not be used; the log has their names.
    package var skipped: Int
    /// Of the last batch; absent where a run had no step left to do.
    package var fvu: Double?
    package var l0: Double?
    /// Latents that have not been active for deadAfter tokens.
    package var dead: Int

    package init(
      path: String, site: String, latents: Int, k: Int, steps: Int, tokens: Int, entries: Int,
      skipped: Int, fvu: Double? = nil, l0: Double? = nil, dead: Int
    ) {
      self.path = path
      self.site = site
      self.latents = latents
      self.k = k
      self.steps = steps
      self.tokens = tokens
      self.entries = entries
      self.skipped = skipped
      self.fvu = fvu
      self.l0 = l0
      self.dead = dead
    }
  }

  package enum WeightType: String, WireName {
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
  }
}
