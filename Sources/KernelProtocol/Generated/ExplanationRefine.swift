// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Makes short noun phrases of explanations, to be looked for in pictures: a job.
///
/// A phrase is kept as a revision of its own, with the evidence of what it was made of, and names
/// that in refines; its method is refine:rule, refine:chat or refine:resident. What cannot be named
/// is kept as uninterpretable. A failure is told in the job's log and counted, and leaves the index
/// as it is. After three questions in a row that got no answer the job pauses. The job's result is
/// an ExplanationRefine.Refined.
package enum ExplanationRefine: Request {
  package static let method = "explanation/refine"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// The index's file, absolute.
    package var index: String
    package var by: Refiner
    /// Absent: all that have an explanation.
    package var features: LatentSelection?
    /// A concept set's JSON file, absolute: a phrase that names one of its concepts is of that
    /// concept's kind.
    package var concepts: String?
    /// How a model answers; absent: json of a server, text of the resident model.
    package var answer: ExplanationGenerate.AnswerForm?
    /// Absent: 256.
    package var maxTokens: Int?
    /// Questions under way at once; absent: 4.
    package var concurrency: Int?
    /// Absent: 300.
    package var requestSeconds: Double?
    /// Absent: 5.
    package var tries: Int?
    /// Whether explanations that this refiner has refined are refined again; absent: no.
    package var again: Bool?

    package init(
      index: String, by: Refiner, features: LatentSelection? = nil, concepts: String? = nil,
      answer: ExplanationGenerate.AnswerForm? = nil, maxTokens: Int? = nil, concurrency: Int? = nil,
      requestSeconds: Double? = nil, tries: Int? = nil, again: Bool? = nil
    ) {
      self.index = index
      self.by = by
      self.features = features
      self.concepts = concepts
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
      by = try members.decode(Refiner.self, forKey: .by)
      features = try members.decodeIfPresent(LatentSelection.self, forKey: .features)
      concepts = try members.decodeIfPresent(String.self, forKey: .concepts)
      answer = try members.decodeIfPresent(ExplanationGenerate.AnswerForm.self, forKey: .answer)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...65_536)
      concurrency = try members.optionalInteger(.concurrency, in: 1...64)
      requestSeconds = try members.optionalNumber(.requestSeconds, in: 0.1...3600)
      tries = try members.optionalInteger(.tries, in: 1...20)
      again = try members.decodeIfPresent(Bool.self, forKey: .again)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of explanation/refine. Every latent that was asked about and has an
  /// explanation is in one of the first five counts.
  package struct Refined: Codable, Sendable, Equatable {
    package var refined: Int
    /// Explanations that are such phrases, and of whose kind nothing new is known: nothing is
    /// added.
    package var unchanged: Int
    /// That name nothing that could be looked for.
    package var uninterpretable: Int
    /// Without an answer, or one that can be read.
    package var failed: Int
    /// Refined by this refiner before.
    package var known: Int
    package var seconds: Double
    package var promptTokens: Int
    package var completionTokens: Int

    package init(
      refined: Int, unchanged: Int, uninterpretable: Int, failed: Int, known: Int, seconds: Double,
      promptTokens: Int, completionTokens: Int
    ) {
      self.refined = refined
      self.unchanged = unchanged
      self.uninterpretable = uninterpretable
      self.failed = failed
      self.known = known
      self.seconds = seconds
      self.promptTokens = promptTokens
      self.completionTokens = completionTokens
    }
  }
}
