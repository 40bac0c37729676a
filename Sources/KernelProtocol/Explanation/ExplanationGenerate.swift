package import JSONRPC

/// Has a model say what latents stand for, by their best pictures and texts: a job.
package enum ExplanationGenerate: Request {
  package static let method = "explanation/generate"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var features: LatentSelection
    package var explainer: Explainer
    /// Whose exemplars are shown; absent: base.
    package var view: String?
    /// Absent: mean, as in the paper.
    package var rankBy: FeatureExamples.Ranking?
    /// Absent: 5.
    package var exemplars: Int?
    /// Pixels of a shown picture's longer side at most; absent: 336.
    package var side: Int?
    /// Absent: json.
    package var answer: AnswerForm?
    /// Tokens of an answer; absent: 256.
    package var maxTokens: Int?
    /// Questions that are under way at once; absent: 4.
    package var concurrency: Int?
    /// Seconds that one question may take; absent: 300.
    package var requestSeconds: Double?
    /// How often a question is asked at most; absent: 5.
    package var tries: Int?
    /// Whether latents that this explainer has explained are explained again; absent: no.
    package var again: Bool?

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.decode(String.self, forKey: .index)
      features = try members.decode(LatentSelection.self, forKey: .features)
      explainer = try members.decode(Explainer.self, forKey: .explainer)
      view = try members.decodeIfPresent(String.self, forKey: .view)
      rankBy = try members.decodeIfPresent(FeatureExamples.Ranking.self, forKey: .rankBy)
      exemplars = try members.optionalInteger(.exemplars, in: 1...50)
      side = try members.optionalInteger(.side, in: 16...2048)
      answer = try members.decodeIfPresent(AnswerForm.self, forKey: .answer)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...65_536)
      concurrency = try members.optionalInteger(.concurrency, in: 1...64)
      requestSeconds = try members.optionalNumber(.requestSeconds, in: 0.1...3600)
      tries = try members.optionalInteger(.tries, in: 1...20)
      again = try members.decodeIfPresent(Bool.self, forKey: .again)
    }
  }

  /// The job; its result is a `Generated`.
  package typealias Result = JobStarted

  /// What the explainer is asked to answer with.
  package enum AnswerForm: String, WireName {
    /// A JSON object that says whether there is a common concept, and which.
    case json
    /// A sentence; for models that write no JSON.
    case text
  }

  /// Who explains.
  package enum Explainer: Codable, Sendable, Equatable {
    case endpoint(Endpoint)
    /// The resident model of a name; nil: the one loaded last.
    case resident(model: String?)

    private enum CodingKeys: CodingKey { case endpoint, resident }

    private struct Resident: Codable { var model: String? }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      switch (members.contains(.endpoint), members.contains(.resident)) {
      case (true, false): self = .endpoint(try members.decode(Endpoint.self, forKey: .endpoint))
      case (false, true):
        self = .resident(model: try members.decode(Resident.self, forKey: .resident).model)
      default:
        throw decoder.wireMismatch(expected: "either {\"endpoint\"} or {\"resident\"}")
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .endpoint(let endpoint): try members.encode(endpoint, forKey: .endpoint)
      case .resident(let model): try members.encode(Resident(model: model), forKey: .resident)
      }
    }
  }

  /// A server of OpenAI's chat completions. Its key comes from the kernel's environment, never from the wire.
  package struct Endpoint: Codable, Sendable, Equatable {
    package var url: String
    package var model: String

    package init(url: String, model: String) {
      self.url = url
      self.model = model
    }
  }

  /// What became of a job. Every latent that was asked about is in one of the counts.
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
      explained: Int = 0, uninterpretable: Int = 0, failed: Int = 0, known: Int = 0,
      silent: Int = 0, seconds: Double = 0, promptTokens: Int = 0, completionTokens: Int = 0
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
