// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Runs a corpus through a model and an autoencoder and indexes the features: a job, which
/// continues where an earlier one ended.
///
/// The job's result is an IndexBuild.Built. It fails with indexStale on an index of another model
/// or autoencoder, with busy where another job writes to it, and pauses where the disk is full.
package enum IndexBuild: Request {
  package static let method = "index/build"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The absolute path of the index file; it is created if it does not exist.
    package var path: String
    package var sae: String
    package var corpus: CorpusPlace
    /// Absent: all.
    package var views: [String]?
    /// Best places kept of a latent under each ranking of each view; absent: 20.
    package var exemplars: Int?
    /// Tokens of a span of text; absent: 64.
    package var spanTokens: Int?
    /// Tokens whose codes are kept to count which latents are active together; absent: 65536.
    package var sampledTokens: Int?
    /// Absent: none; model where something is asked.
    package var template: Template?
    /// Asked about each picture of the corpus, each by itself and with the model's own answer
    /// behind it. A picture becomes an item of its views, and with each question an item of the
    /// view text, which has every token behind the picture: the question's, the template's and the
    /// answer's. Texts of the corpus are left out. 256 at most, with promptFiles.
    package var questions: [String]?
    /// Texts of prompt files, asked as questions are: each shows one image, in whose place the
    /// corpus' picture stands. Of its front matter the image's name and the template count.
    package var promptFiles: [String]?
    /// The most tokens of an answer, which is greedy; 0: none is generated; absent: 16.
    package var answerTokens: Int?
    /// Whether the work of index/annotate is done at the end, with its own defaults; absent: no.
    package var annotate: Bool?
    package var shard: Shard?
    /// Entries of the corpus to look at; absent: all.
    package var limit: Int?
    /// Absent: reference.
    package var keepPictures: KeepPictures?

    package init(
      path: String, sae: String, corpus: CorpusPlace, views: [String]? = nil, exemplars: Int? = nil,
      spanTokens: Int? = nil, sampledTokens: Int? = nil, template: Template? = nil,
      questions: [String]? = nil, promptFiles: [String]? = nil, answerTokens: Int? = nil,
      annotate: Bool? = nil, shard: Shard? = nil, limit: Int? = nil,
      keepPictures: KeepPictures? = nil
    ) {
      self.path = path
      self.sae = sae
      self.corpus = corpus
      self.views = views
      self.exemplars = exemplars
      self.spanTokens = spanTokens
      self.sampledTokens = sampledTokens
      self.template = template
      self.questions = questions
      self.promptFiles = promptFiles
      self.answerTokens = answerTokens
      self.annotate = annotate
      self.shard = shard
      self.limit = limit
      self.keepPictures = keepPictures
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      path = try members.decode(String.self, forKey: .path)
      sae = try members.decode(String.self, forKey: .sae)
      corpus = try members.decode(CorpusPlace.self, forKey: .corpus)
      views = members.contains(.views) ? try members.nonEmpty(.views) : nil
      exemplars = try members.optionalInteger(.exemplars, in: 1...1000)
      spanTokens = try members.optionalInteger(.spanTokens, in: 1...65_535)
      sampledTokens = try members.optionalInteger(.sampledTokens, in: 0...16_777_216)
      template = try members.decodeIfPresent(Template.self, forKey: .template)
      questions = members.contains(.questions) ? try members.nonEmpty(.questions) : nil
      promptFiles = members.contains(.promptFiles) ? try members.nonEmpty(.promptFiles) : nil
      answerTokens = try members.optionalInteger(.answerTokens, in: 0...512)
      annotate = try members.decodeIfPresent(Bool.self, forKey: .annotate)
      shard = try members.decodeIfPresent(Shard.self, forKey: .shard)
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      keepPictures = try members.decodeIfPresent(KeepPictures.self, forKey: .keepPictures)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of index/build.
  package struct Built: Codable, Sendable, Equatable {
    package var path: String
    /// In the index now.
    package var items: Int
    /// Not in it, by reason; all runs of this index together.
    package var skipped: Skipped
    /// Taken in by this run.
    package var newItems: Int
    /// Of this run.
    package var seconds: Double
    package var itemsPerSecond: Double
    /// Of these, running the model to the site, and its answers.
    package var modelSeconds: Double
    /// Of these, encoding.
    package var codeSeconds: Double
    /// The time that was neither the model's nor the autoencoder's nor spent waiting, as a share of
    /// the two: counting, ranking and writing where they did not run beside them.
    package var overhead: Double
    /// Where annotate was asked for.
    package var annotated: IndexAnnotate.Annotated?

    package init(
      path: String, items: Int, skipped: Skipped, newItems: Int, seconds: Double,
      itemsPerSecond: Double, modelSeconds: Double, codeSeconds: Double, overhead: Double,
      annotated: IndexAnnotate.Annotated? = nil
    ) {
      self.path = path
      self.items = items
      self.skipped = skipped
      self.newItems = newItems
      self.seconds = seconds
      self.itemsPerSecond = itemsPerSecond
      self.modelSeconds = modelSeconds
      self.codeSeconds = codeSeconds
      self.overhead = overhead
      self.annotated = annotated
    }
  }

  package enum KeepPictures: String, WireName {
    /// Where the picture is.
    case reference
    /// The picture's bytes.
    case copy
  }

  /// The entries whose content's digest leaves index when divided by count.
  package struct Shard: Codable, Sendable, Equatable {
    package var index: Int
    package var count: Int

    package init(index: Int, count: Int) {
      self.index = index
      self.count = count
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      count = try members.integer(.count, in: 1...65_536)
      index = try members.integer(.index, in: 0...max(0, count - 1))
    }
  }

  package struct Skipped: Codable, Sendable, Equatable {
    package var duplicate: Int
    package var unreadable: Int
    package var unusable: Int

    package init(duplicate: Int, unreadable: Int, unusable: Int) {
      self.duplicate = duplicate
      self.unreadable = unreadable
      self.unusable = unusable
    }
  }

  package enum Template: String, WireName {
    /// the picture, the text and the answer one after the other.
    case none
    /// the model's chat template.
    case model
  }
}
