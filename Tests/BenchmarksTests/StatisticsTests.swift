import Benchmarks
import JSON
import Testing

/// Intervals and tests, against SciPy's (Tests/Fixtures/make/benchmarks.py).
@Suite struct StatisticsTests {
  @Test func intervalsAreWilsons() throws {
    let cases = try #require(try MetricTests.fixture("statistics.json")["wilson"]?.arrayValue)
    #expect(cases.count > 8)
    for each in cases {
      let rate = Rate(
        try #require(each["k"]?.plainInteger), of: try #require(each["n"]?.plainInteger))
      let interval = try #require(rate.interval)
      #expect(abs(interval.lowerBound - (each["low"]?.numberValue ?? -1)) < 1e-12)
      #expect(abs(interval.upperBound - (each["high"]?.numberValue ?? -1)) < 1e-12)
    }
    #expect(Rate(0, of: 0).interval == nil && Rate(0, of: 0).value == nil)
  }

  @Test func helpAgainstHarmIsMcNemarsExactTest() throws {
    let cases = try #require(try MetricTests.fixture("statistics.json")["mcnemar"]?.arrayValue)
    #expect(cases.count > 5)
    for each in cases {
      let (helped, harmed) = (
        try #require(each["b"]?.plainInteger), try #require(each["c"]?.plainInteger)
      )
      let outcome = outcome(helped: helped, harmed: harmed)
      #expect(outcome.helped == helped && outcome.harmed == harmed)
      let expected = try #require(each["p"]?.numberValue)
      #expect(abs(outcome.exactMcNemar - expected) < 1e-9 * max(1e-3, expected), "\(each)")
    }
  }

  private func outcome(helped: Int, harmed: Int) -> PairedOutcome {
    let item = QuestionItem(id: "1", picture: nil, question: "Is it?", answer: "Yes")
    let right = AnsweredQuestion(item, text: "Yes", format: .questions)
    let wrong = AnsweredQuestion(item, text: "No", format: .questions)
    var outcome = PairedOutcome()
    for _ in 0..<helped { outcome.add(wrong, right) }
    for _ in 0..<harmed { outcome.add(right, wrong) }
    return outcome
  }

  @Test func whatChangesIsCountedBothWays() {
    var outcome = outcome(helped: 3, harmed: 2)
    let open = QuestionItem(id: "2", picture: nil, question: "Is it?", answer: "No")
    let said = ["Yes", "No", "perhaps"].map { AnsweredQuestion(open, text: $0, format: .questions) }
    outcome.add(said[0], said[0])
    outcome.add(said[1], said[1])
    outcome.add(said[2], said[0])
    #expect(outcome.count == 8 && outcome.bothRight == 1 && outcome.bothWrong == 2)
    #expect(outcome.help == Rate(3, of: 5) && outcome.harm == Rate(2, of: 3))
    #expect(outcome.toYes == 4 && outcome.toNo == 2)
  }
}
