// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What files of answers say: arms beside one another, with intervals, help, harm and controls.
///
/// Several files are parts of one run. The benchmark's own numbers are counted as its official
/// script counts them; intervals are Wilson's at 95 %; p is the exact two-sided test of McNemar.
package enum EvaluationReport: Request {
  package static let method = "evaluation/report"
  package static let lane = Lane.index

  package struct Params: Codable, Sendable, Equatable {
    /// Files of evaluation/run, absolute.
    package var answers: [String]
    /// Questions to list of each arm whose answer is right where the plain one is not, or the
    /// reverse; absent: 0.
    package var changes: Int?
    /// Files of evaluation/judge on these answers, absolute; absent: none.
    package var ratings: [String]?

    package init(answers: [String], changes: Int? = nil, ratings: [String]? = nil) {
      self.answers = answers
      self.changes = changes
      self.ratings = ratings
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      answers = try members.nonEmpty(.answers)
      changes = try members.optionalInteger(.changes, in: 0...100_000)
      ratings = try members.decodeIfPresent([String].self, forKey: .ratings)
    }
  }

  package typealias Result = Report

  package struct Arm: Codable, Sendable, Equatable {
    package var name: String
    package var role: Role
    /// The arm that a control belongs to.
    package var of: String?
    package var seed: UInt64?
    package var right: Int
    package var wrong: Int
    /// Answers that are neither Yes nor No where one of them was asked for.
    package var unclear: Int
    package var accuracy: Rate
    /// The benchmark's own numbers.
    package var metrics: [Metric]
    package var kinds: [Kind]
    /// Against the plain model; absent for that.
    package var paired: Paired?

    package init(
      name: String, role: Role, of: String? = nil, seed: UInt64? = nil, right: Int, wrong: Int,
      unclear: Int, accuracy: Rate, metrics: [Metric], kinds: [Kind], paired: Paired? = nil
    ) {
      self.name = name
      self.role = role
      self.of = of
      self.seed = seed
      self.right = right
      self.wrong = wrong
      self.unclear = unclear
      self.accuracy = accuracy
      self.metrics = metrics
      self.kinds = kinds
      self.paired = paired
    }
  }

  /// A question that an arm answers otherwise.
  package struct Change: Codable, Sendable, Equatable {
    package var arm: String
    package var id: String
    /// As the set's file names it.
    package var image: String?
    package var kind: String?
    package var question: String
    /// The right one.
    package var answer: String
    /// What the plain model says.
    package var before: String
    package var after: String

    package init(
      arm: String, id: String, image: String? = nil, kind: String? = nil, question: String,
      answer: String, before: String, after: String
    ) {
      self.arm = arm
      self.id = id
      self.image = image
      self.kind = kind
      self.question = question
      self.answer = answer
      self.before = before
      self.after = after
    }
  }

  /// The controls of one arm, all seeds together.
  package struct Control: Codable, Sendable, Equatable {
    package var of: String
    package var role: Role
    package var seeds: Int
    package var paired: Paired

    package init(of: String, role: Role, seeds: Int, paired: Paired) {
      self.of = of
      self.role = role
      self.seeds = seeds
      self.paired = paired
    }
  }

  /// The questions of one kind.
  package struct Kind: Codable, Sendable, Equatable {
    package var kind: String
    package var accuracy: Rate
    package var paired: Paired?

    package init(kind: String, accuracy: Rate, paired: Paired? = nil) {
      self.kind = kind
      self.accuracy = accuracy
      self.paired = paired
    }
  }

  package struct Metric: Codable, Sendable, Equatable {
    package var name: String
    /// Absent where nothing of its kind was asked or answered.
    package var value: Double?
    /// Where the number is a share.
    package var rate: Rate?

    package init(name: String, value: Double? = nil, rate: Rate? = nil) {
      self.name = name
      self.value = value
      self.rate = rate
    }
  }

  /// The same questions before and after a change.
  package struct Paired: Codable, Sendable, Equatable {
    package var bothRight: Int
    package var bothWrong: Int
    /// Not right before, right after.
    package var helped: Int
    /// Right before, not right after.
    package var harmed: Int
    /// Of what was not right, the share that is put right.
    package var help: Rate
    /// Of what was right, the share that is lost.
    package var harm: Rate
    /// McNemar's exact test, two-sided: how likely so uneven a split of helped and harmed is, were
    /// both as likely; absent of several draws together, which are the same questions.
    package var p: Double?
    /// Answers that became a Yes.
    package var toYes: Int
    /// Answers that became a No.
    package var toNo: Int

    package init(
      bothRight: Int, bothWrong: Int, helped: Int, harmed: Int, help: Rate, harm: Rate,
      p: Double? = nil, toYes: Int, toNo: Int
    ) {
      self.bothRight = bothRight
      self.bothWrong = bothWrong
      self.helped = helped
      self.harmed = harmed
      self.help = help
      self.harm = harm
      self.p = p
      self.toYes = toYes
      self.toNo = toNo
    }
  }

  /// How many of how many, with Wilson's 95 % interval; without value, low and high of nothing.
  package struct Rate: Codable, Sendable, Equatable {
    package var count: Int
    package var total: Int
    package var value: Double?
    package var low: Double?
    package var high: Double?

    package init(
      count: Int, total: Int, value: Double? = nil, low: Double? = nil, high: Double? = nil
    ) {
      self.count = count
      self.total = total
      self.value = value
      self.low = low
      self.high = high
    }
  }

  package struct Report: Codable, Sendable, Equatable {
    package var format: EvaluationRun.Format
    /// Of the set, as far as they were asked for; those of all shards.
    package var questions: Int
    package var answered: Int
    /// Whose picture is missing or cannot be read.
    package var missing: Int
    package var arms: [Arm]
    package var controls: [Control]
    /// Where they are asked for.
    package var changes: [Change]?
    /// A judge's, where files of ratings are given: one a file.
    package var ratings: [EvaluationJudge.Ratings]?

    package init(
      format: EvaluationRun.Format, questions: Int, answered: Int, missing: Int, arms: [Arm],
      controls: [Control], changes: [Change]? = nil, ratings: [EvaluationJudge.Ratings]? = nil
    ) {
      self.format = format
      self.questions = questions
      self.answered = answered
      self.missing = missing
      self.arms = arms
      self.controls = controls
      self.changes = changes
      self.ratings = ratings
    }
  }

  package enum Role: String, WireName {
    /// the model as it is.
    case plain
    /// the autoencoder's reconstruction in the residual's place.
    case reconstruction
    case intervention
    /// an arm's changes made to other features, drawn among those that are about as active.
    case randomFeatures
    /// as large a change as an arm's at every position, in a random direction.
    case randomDirection
  }
}
