import Explanations
import FeatureIndex
import JSON
import KernelProtocol

/// One measure of an explanation or a latent that a judge takes: the questions, and what has come
/// of them.
struct JudgeMeasure {
  /// What is measured.
  struct About {
    var kind: JudgeQuestion.Kind
    var subject: NewScore.Subject
    var latent: Int
    /// For `consistency`: the latent whose pictures the explanation is held to for comparison.
    var other: Int?
  }

  enum Outcome: Sendable {
    case answered(JudgeQuestion.Verdict)
    /// There is no answer, for a reason in words.
    case failed(String)
  }

  struct Score {
    var value: Double
    var baseline: Double?
    var count: Int
    var details: JSONObject
  }

  struct Unmeasured: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
  }

  let about: About
  let trials: [JudgeTrial]
  private(set) var outcomes: [Int: Outcome] = [:]

  /// Shuffles of what is right, beside which the same answers show what chance gives.
  private static let shuffles = 100

  init(_ about: About, _ trials: [JudgeTrial]) {
    self.about = about
    self.trials = trials
  }

  mutating func add(_ outcome: Outcome, to trial: Int) { outcomes[trial] = outcome }

  var isComplete: Bool { outcomes.count == trials.count }

  /// What the answers make; of `consistency` the first, the second is for comparison.
  ///
  /// - Parameter seed: of what chance gives.
  /// - Throws: `Unmeasured` where more than half of the answers are missing or unreadable.
  func score(seed: UInt64) throws(Unmeasured) -> Score {
    try check(about.kind == .consistency ? [0] : Array(trials.indices))
    let answers = JudgedAnswers(trials.indices.compactMap { judged($0) })
    var details: JSONObject = [
      "unreadable": .integer(Int64(answers.unreadable)),
      "unanswered": .integer(Int64(trials.count - answers.judged.count)),
    ]
    switch about.kind {
    case .consistency: return consistency(&details)
    case .detection, .fuzz:
      guard let value = answers.balancedAccuracy else {
        throw Unmeasured(reason: "all answers to the questions of one half are missing")
      }
      details["f1"] = .number(answers.f1)
      details["truePositives"] = .integer(Int64(answers.truePositives))
      details["falseNegatives"] = .integer(Int64(answers.falseNegatives))
      details["trueNegatives"] = .integer(Int64(answers.trueNegatives))
      details["falsePositives"] = .integer(Int64(answers.falsePositives))
      addChance(answers, seed: seed, to: &details) { $0.balancedAccuracy }
      return Score(value: value, baseline: 0.5, count: answers.judged.count, details: details)
    case .intruder:
      guard let value = answers.accuracy else { throw Unmeasured(reason: "there is no answer") }
      details["pictures"] = .integer(Int64(JudgeDraw.roundPictures))
      addChance(answers, seed: seed, to: &details) { $0.accuracy }
      return Score(
        value: value, baseline: 1 / Double(JudgeDraw.roundPictures), count: answers.judged.count,
        details: details)
    }
  }

  private func consistency(_ details: inout JSONObject) -> Score {
    let other = trials.count > 1 ? judged(1)?.said : nil
    if let latent = about.other { details["other"] = .integer(Int64(latent)) }
    return Score(
      value: judged(0)?.said == 1 ? 1 : 0, baseline: other.map { $0 == 1 ? 1 : 0 },
      count: trials[0].pictures.count, details: details)
  }

  /// nil where there is no answer.
  private func judged(_ trial: Int) -> JudgedAnswers.Judged? {
    guard case .answered(let answer) = outcomes[trial] else { return nil }
    let said: Int? = if case .said(let said) = answer { said } else { nil }
    return .init(truth: trials[trial].truth, said: said)
  }

  private func check(_ needed: [Int]) throws(Unmeasured) {
    var reasons: [String] = []
    for trial in needed {
      switch outcomes[trial] {
      case .answered(.said): break
      case .answered(.unreadable(let reason)), .failed(let reason): reasons.append(reason)
      case nil: reasons.append("it was not asked")
      }
    }
    guard let last = reasons.last, 2 * reasons.count > needed.count else { return }
    throw Unmeasured(
      reason: "\(reasons.count) of \(needed.count) questions have no answer that can be read, "
        + "the last: \(last)")
  }

  private func addChance(
    _ answers: JudgedAnswers, seed: UInt64, to details: inout JSONObject,
    _ figure: (JudgedAnswers) -> Double?
  ) {
    guard
      let chance = answers.shuffled(
        trials: Self.shuffles, seed: seed ^ UInt64(about.latent), figure)
    else { return }
    details["shuffled"] = .number(chance.mean)
    details["shuffledDeviation"] = .number(chance.deviation)
  }
}
