import Randomness

/// What a judge answered to the questions of one measure, beside what is right.
package struct JudgedAnswers: Sendable, Equatable {
  package struct Judged: Sendable, Equatable {
    package var truth: Int
    /// nil: an answer that keeps to no form. It is wrong, whatever is right.
    package var said: Int?

    package init(truth: Int, said: Int?) {
      self.truth = truth
      self.said = said
    }

    var isRight: Bool { said == truth }
  }

  package var judged: [Judged]

  package init(_ judged: [Judged]) { self.judged = judged }

  package var unreadable: Int { judged.count { $0.said == nil } }

  // MARK: Yes and no

  package var truePositives: Int { judged.count { $0.truth == 1 && $0.isRight } }
  package var falseNegatives: Int { judged.count { $0.truth == 1 && !$0.isRight } }
  package var trueNegatives: Int { judged.count { $0.truth == 0 && $0.isRight } }
  package var falsePositives: Int { judged.count { $0.truth == 0 && !$0.isRight } }

  /// (TP / (TP + FN) + TN / (TN + FP)) / 2; nil without questions of both kinds.
  package var balancedAccuracy: Double? {
    let (positives, negatives) = (
      truePositives + falseNegatives, trueNegatives + falsePositives
    )
    guard positives > 0, negatives > 0 else { return nil }
    return
      (Double(truePositives) / Double(positives) + Double(trueNegatives) / Double(negatives)) / 2
  }

  /// 2 TP / (2 TP + FP + FN), yes being positive; 0 where nothing is.
  package var f1: Double {
    let all = 2 * truePositives + falsePositives + falseNegatives
    return all == 0 ? 0 : Double(2 * truePositives) / Double(all)
  }

  // MARK: One of several

  /// The share of answers that are right; nil without answers.
  package var accuracy: Double? {
    judged.isEmpty ? nil : Double(judged.count(where: \.isRight)) / Double(judged.count)
  }

  // MARK: Chance

  /// A figure of the same answers beside other truths: the right ones given to other questions, by
  /// the seed; mean and standard deviation over the trials. nil where the figure is.
  package func shuffled(
    trials: Int, seed: UInt64, _ figure: (JudgedAnswers) -> Double?
  ) -> (mean: Double, deviation: Double)? {
    var random = SplitMix64(seed: seed)
    var found: [Double] = []
    for _ in 0..<trials {
      let truths = judged.map(\.truth).drawn(judged.count, &random)
      let other = JudgedAnswers(
        zip(judged, truths).map { Judged(truth: $1, said: $0.said) })
      guard let value = figure(other) else { return nil }
      found.append(value)
    }
    guard !found.isEmpty else { return nil }
    let mean = found.reduce(0, +) / Double(found.count)
    let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count)
    return (mean, variance.squareRoot())
  }
}
