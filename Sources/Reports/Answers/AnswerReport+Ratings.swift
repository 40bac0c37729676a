extension AnswerReport {
  /// A mean over answers.
  package struct Mean: Sendable, Equatable {
    /// nil of nothing.
    package var value: Double?
    /// nil of fewer than two.
    package var standardError: Double?

    package init(value: Double?, standardError: Double?) {
      self.value = value
      self.standardError = standardError
    }
  }

  /// A text that a change made of another one, as a judge rates it, each 0 to 2.
  package struct RatedText: Sendable, Equatable {
    package var question: String
    /// What the plain model says.
    package var before: String
    package var after: String
    package var concept: Int
    package var instruction: Int
    package var fluency: Int

    package init(
      question: String, before: String, after: String, concept: Int, instruction: Int, fluency: Int
    ) {
      self.question = question
      self.before = before
      self.after = after
      self.concept = concept
      self.instruction = instruction
      self.fluency = fluency
    }
  }

  /// How a judge rates the answers of an arm, each 0 to 2.
  package struct RatedArm: Sendable, Equatable {
    package var name: String
    /// Answers that have all ratings, and those that do not.
    package var rated: Int
    package var unrated: Int
    package var concept: Mean
    package var instruction: Mean
    package var fluency: Mean
    /// The answers' harmonic means, 0 where a rating is 0.
    package var score: Mean
    /// The score less that of the plain model; nil for that.
    package var difference: Mean?
    /// Answers that are rated in both.
    package var pairs: Int
    /// Some of the rated texts that are not the plain model's, and how many there are.
    package var changes: [RatedText]
    package var changeCount: Int

    package init(
      name: String, rated: Int, unrated: Int, concept: Mean, instruction: Mean, fluency: Mean,
      score: Mean, difference: Mean?, pairs: Int, changes: [RatedText], changeCount: Int
    ) {
      self.name = name
      self.rated = rated
      self.unrated = unrated
      self.concept = concept
      self.instruction = instruction
      self.fluency = fluency
      self.score = score
      self.difference = difference
      self.pairs = pairs
      self.changes = changes
      self.changeCount = changeCount
    }
  }

  /// How a judge rates all arms by one concept.
  package struct Ratings: Sendable, Equatable {
    package var concept: String
    /// The name of the judge's model.
    package var judge: String
    package var arms: [RatedArm]

    package init(concept: String, judge: String, arms: [RatedArm]) {
      self.concept = concept
      self.judge = judge
      self.arms = arms
    }
  }
}
