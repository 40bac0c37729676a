/// Answers against the truth, one of the two being what is looked for.
package struct YesNoCounts: Sendable, Equatable {
  package private(set) var truePositives = 0
  package private(set) var falsePositives = 0
  package private(set) var trueNegatives = 0
  package private(set) var falseNegatives = 0
  /// Answers to what is not looked for that are neither.
  package private(set) var unread = 0

  package init() {}

  /// - Parameter said: nil, which is neither, counts as not what is right.
  package mutating func add(_ said: YesNo?, truth: YesNo, positive: YesNo) {
    switch (truth == positive, said == truth) {
    case (true, true): truePositives += 1
    case (true, false): falseNegatives += 1
    case (false, true): trueNegatives += 1
    case (false, false) where said == positive: falsePositives += 1
    case (false, false): unread += 1
    }
  }

  package var accuracy: Rate {
    Rate(
      truePositives + trueNegatives,
      of: truePositives + trueNegatives + falsePositives + falseNegatives + unread)
  }
  /// nil where nothing was taken for positive.
  package var precision: Double? { Rate(truePositives, of: truePositives + falsePositives).value }
  /// nil where nothing is positive.
  package var recall: Double? { Rate(truePositives, of: truePositives + falseNegatives).value }

  /// The harmonic mean of precision and recall; nil where they are not both there or both 0.
  package var f1: Double? {
    guard let precision, let recall, precision + recall > 0 else { return nil }
    return 2 * precision * recall / (precision + recall)
  }
}
