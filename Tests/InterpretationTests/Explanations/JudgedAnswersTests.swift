import Explanations
import TestSupport
import Testing

/// Figures of a judge's answers, beside scikit-learn's.
@Suite struct JudgedAnswersTests {
  private struct Case: Decodable {
    var truths: [Int]
    var said: [Int?]
    var balancedAccuracy: Double?
    var f1: Double?
    var truePositives: Int?
    var falsePositives: Int?
    var trueNegatives: Int?
    var falseNegatives: Int?
    var accuracy: Double

    var answers: JudgedAnswers {
      JudgedAnswers(zip(truths, said).map { .init(truth: $0, said: $1) })
    }
  }

  private struct Cases: Decodable {
    var yesAndNo: [Case]
    var places: [Case]
  }

  private let cases: Cases

  init() throws { cases = try Fixtures.json("judging/answers.json") }

  @Test func yesAndNoAreCountedAsScikitLearnDoes() throws {
    #expect(cases.yesAndNo.count == 40)
    for each in cases.yesAndNo {
      let answers = each.answers
      #expect(answers.truePositives == each.truePositives)
      #expect(answers.falsePositives == each.falsePositives)
      #expect(answers.trueNegatives == each.trueNegatives)
      #expect(answers.falseNegatives == each.falseNegatives)
      #expect(answers.unreadable == each.said.count { $0 == nil })
      #expect(abs(try #require(answers.balancedAccuracy) - (each.balancedAccuracy ?? -1)) < 1e-12)
      #expect(abs(answers.f1 - (each.f1 ?? -1)) < 1e-12)
      #expect(abs(try #require(answers.accuracy) - each.accuracy) < 1e-12)
    }
  }

  @Test func onesOfSeveralAreCountedAsScikitLearnDoes() throws {
    for each in cases.places {
      #expect(abs(try #require(each.answers.accuracy) - each.accuracy) < 1e-12)
    }
  }

  @Test func thereIsNoFigureWithoutQuestionsOfBothKinds() {
    #expect(JudgedAnswers([.init(truth: 1, said: 1)]).balancedAccuracy == nil)
    #expect(JudgedAnswers([]).balancedAccuracy == nil && JudgedAnswers([]).accuracy == nil)
  }

  /// Whatever was said, the mean over all orders of the truths is one half: each answer is as often
  /// beside a yes as beside a no.
  @Test func besideShuffledTruthsAnswersAreChance() throws {
    for each in cases.yesAndNo where !each.said.contains(nil) {
      let answers = each.answers
      let found = try #require(answers.shuffled(trials: 2000, seed: 3) { $0.balancedAccuracy })
      #expect(abs(found.mean - 0.5) < 4.5 * max(found.deviation, 1e-12) / 2000.0.squareRoot())
      let again = try #require(answers.shuffled(trials: 2000, seed: 3) { $0.balancedAccuracy })
      #expect(again == found)
    }
    // Unreadable answers stay wrong: here half of those to either kind.
    let half = JudgedAnswers(
      (0..<400).map { .init(truth: $0 % 2, said: $0 % 4 < 2 ? nil : $0 % 8 < 4 ? 1 : 0) })
    let found = try #require(half.shuffled(trials: 500, seed: 1) { $0.balancedAccuracy })
    #expect(abs(found.mean - 0.25) < 0.01)
  }
}
