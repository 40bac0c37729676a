// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Has a judge rate the texts that arms answer with: how far they bring in a concept, how far they
/// answer the question, how well they read: a job.
///
/// For steering towards a concept, as AxBench rates it: each text gets three ratings of 0 to 2,
/// asked for one by one; its score is their harmonic mean, 0 where one is 0. The judge sees the
/// question and the text, not the picture. A text that several arms answer a question with is rated
/// once. Ratings are kept in a file of JSON lines, one a rating: a job that was cut off goes on
/// with those that are not there, and asks again what had no answer or one that cannot be read.
/// After three questions in a row that got no answer the job pauses. The job's result is an
/// EvaluationJudge.Judged.
package enum EvaluationJudge: Request {
  package static let method = "evaluation/judge"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    /// Files of one run of evaluation/run, absolute.
    package var answers: [String]
    /// The file that ratings are kept in, absolute.
    package var ratings: String
    package var judge: ExplanationGenerate.Explainer
    /// What is steered towards, in words.
    package var concept: String
    /// Whose answers are rated beside the plain model's, by their names; absent: all.
    package var arms: [String]?
    /// Answered questions at most, from the first; absent: all.
    package var limit: Int?
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

    package init(
      answers: [String], ratings: String, judge: ExplanationGenerate.Explainer, concept: String,
      arms: [String]? = nil, limit: Int? = nil, answer: ExplanationGenerate.AnswerForm? = nil,
      maxTokens: Int? = nil, concurrency: Int? = nil, requestSeconds: Double? = nil,
      tries: Int? = nil
    ) {
      self.answers = answers
      self.ratings = ratings
      self.judge = judge
      self.concept = concept
      self.arms = arms
      self.limit = limit
      self.answer = answer
      self.maxTokens = maxTokens
      self.concurrency = concurrency
      self.requestSeconds = requestSeconds
      self.tries = tries
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      answers = try members.nonEmpty(.answers)
      ratings = try members.decode(String.self, forKey: .ratings)
      judge = try members.decode(ExplanationGenerate.Explainer.self, forKey: .judge)
      concept = try members.decode(String.self, forKey: .concept)
      arms = members.contains(.arms) ? try members.nonEmpty(.arms) : nil
      limit = try members.optionalInteger(.limit, in: 1...Int.max)
      answer = try members.decodeIfPresent(ExplanationGenerate.AnswerForm.self, forKey: .answer)
      maxTokens = try members.optionalInteger(.maxTokens, in: 1...65_536)
      concurrency = try members.optionalInteger(.concurrency, in: 1...64)
      requestSeconds = try members.optionalNumber(.requestSeconds, in: 0.1...3600)
      tries = try members.optionalInteger(.tries, in: 1...20)
    }
  }

  package typealias Result = JobStarted

  /// The result of a job of evaluation/judge.
  package struct Judged: Codable, Sendable, Equatable {
    /// The file.
    package var ratings: String
    /// Different answers to rate; each has three ratings.
    package var texts: Int
    /// Ratings that were given now.
    package var asked: Int
    /// Ratings that had been given before.
    package var known: Int
    /// Ratings that are missing: the judge gave no answer, or one that cannot be read. The job's
    /// log says why.
    package var failed: Int
    package var seconds: Double
    /// As the server counts them.
    package var promptTokens: Int
    package var completionTokens: Int
    package var report: Ratings

    package init(
      ratings: String, texts: Int, asked: Int, known: Int, failed: Int, seconds: Double,
      promptTokens: Int, completionTokens: Int, report: Ratings
    ) {
      self.ratings = ratings
      self.texts = texts
      self.asked = asked
      self.known = known
      self.failed = failed
      self.seconds = seconds
      self.promptTokens = promptTokens
      self.completionTokens = completionTokens
      self.report = report
    }
  }

  /// How a judge rates the answers of arms by one concept: of the arms that it was asked about.
  package struct Ratings: Codable, Sendable, Equatable {
    package var concept: String
    /// The name of the judge's model.
    package var judge: String
    package var arms: [Arm]

    package init(concept: String, judge: String, arms: [Arm]) {
      self.concept = concept
      self.judge = judge
      self.arms = arms
    }
  }

  package struct Arm: Codable, Sendable, Equatable {
    package var name: String
    /// Answers that have all three ratings. The means are of them.
    package var rated: Int
    /// Answers that do not.
    package var unrated: Int
    /// How far the text brings in the concept, 0 to 2.
    package var concept: Mean
    /// How far the text answers the question, 0 to 2.
    package var instruction: Mean
    /// How well the text reads, 0 to 2.
    package var fluency: Mean
    /// The mean of the texts' harmonic means, 0 to 2; a text with a rating of 0 counts as 0.
    package var score: Mean
    /// The score less that of the plain model's answer to the same question, over those that are
    /// rated in both; absent for the plain model.
    package var difference: Mean?

    package init(
      name: String, rated: Int, unrated: Int, concept: Mean, instruction: Mean, fluency: Mean,
      score: Mean, difference: Mean? = nil
    ) {
      self.name = name
      self.rated = rated
      self.unrated = unrated
      self.concept = concept
      self.instruction = instruction
      self.fluency = fluency
      self.score = score
      self.difference = difference
    }
  }

  package struct Mean: Codable, Sendable, Equatable {
    package var count: Int
    /// Absent of nothing.
    package var value: Double?
    /// The standard deviation (of n - 1) over the root of n; absent of fewer than two.
    package var standardError: Double?

    package init(count: Int, value: Double? = nil, standardError: Double? = nil) {
      self.count = count
      self.value = value
      self.standardError = standardError
    }
  }
}
