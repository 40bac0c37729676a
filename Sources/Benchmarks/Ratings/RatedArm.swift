import JSON

/// A mean over answers.
package struct Mean: Sendable, Equatable {
  package let count: Int
  /// nil of nothing.
  package let value: Double?
  /// The standard deviation (of n − 1) over the root of n; nil of fewer than two.
  package let standardError: Double?

  package init(of values: [Double]) {
    count = values.count
    guard count > 0 else {
      (value, standardError) = (nil, nil)
      return
    }
    let mean = values.reduce(0, +) / Double(count)
    value = mean
    guard count > 1 else {
      standardError = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = (squares / Double(count - 1) / Double(count)).squareRoot()
  }
}

/// How a judge rates the answers of an arm.
package struct RatedArm: Sendable, Equatable {
  package let arm: Arm
  /// Answers that have all ratings, and those that do not: they are in no mean.
  package let rated: Int
  package let unrated: Int
  package let qualities: [RatedQuality: Mean]
  /// The harmonic mean of an answer's three, 0 where one is 0.
  package let score: Mean
  /// The score less that of the plain model's answer to the same question, where both are rated;
  /// nil for the plain model.
  package let difference: Mean?
  /// Its rated texts that are not the plain model's.
  package let changes: [RatedChange]

  init(_ arm: Arm, of sheet: AnswerSheet, _ ratings: RatingSheet) {
    let answers = sheet.answers(of: arm)
    let plain = sheet.answers(of: .plain)
    let found = answers.map { ratings[.init(id: $0.item.id, text: $0.text)] }
    let complete = found.filter { $0.score != nil }
    self.arm = arm
    changes = arm.role == .plain ? [] : RatedChange.all(in: arm, of: sheet, ratings)
    rated = complete.count
    unrated = answers.count - rated
    qualities = Dictionary(
      uniqueKeysWithValues: RatedQuality.allCases.map { quality in
        (quality, Mean(of: complete.compactMap { $0[quality].map(Double.init) }))
      })
    score = Mean(of: complete.compactMap(\.score))
    difference =
      arm.role == .plain
      ? nil
      : Mean(
        of: zip(found, plain).compactMap { found, plain in
          guard let after = found.score,
            let before = ratings[.init(id: plain.item.id, text: plain.text)].score
          else { return nil }
          return after - before
        })
  }
}

/// What a sheet of ratings says of a sheet of answers: its arms beside one another.
package struct RatingReport: Sendable, Equatable {
  package let header: RatingSheet.Header
  /// Those whose answers were to be rated.
  package let arms: [RatedArm]

  /// - Throws: `AnswerSheetError` where the ratings are of another set of questions.
  package init(
    _ ratings: RatingSheet, of sheet: AnswerSheet, path: String
  ) throws(AnswerSheetError) {
    guard ratings.header.questionDigest == sheet.questionDigest else {
      throw AnswerSheetError(path: path, "its ratings are of answers to other questions")
    }
    header = ratings.header
    arms = sheet.header.arms.filter { ratings.arms.contains($0.name) }
      .map { RatedArm($0, of: sheet, ratings) }
  }
}

extension AnswerSheet {
  /// Of the questions' file.
  package var questionDigest: String { header.settings["questionDigest"]?.stringValue ?? "" }
}
