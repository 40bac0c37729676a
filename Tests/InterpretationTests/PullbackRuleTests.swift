import Interpretation
import Tensors
import TestSupport
import Testing

@Suite struct PullbackRuleTests {
  @Test(arguments: AttributionBench.names)
  func everyRulesScoresAreThoseOfItsRestatement(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    #expect(context.tokens == bench.reference.tokens)
    for expected in bench.reference.pullbacks {
      let found = try bench.attribution(
        .all(
          try bench.target(expected.target), method: expected.method,
          splice: Splice(errorTerm: expected.errorTerm)), in: context)()
      expectNear(found.targetValue, expected.value, expected.key)
      let scores = try bench.entries("\(expected.key).scores", target: expected.target)
      expectClose(
        try #require(found.byPlace).mapValues(\.score), scores, expected.key)
      let (parts, known) = (found.completeness, expected.completeness)
      expectClose(
        [parts.sum, parts.bias, parts.errorTerm, parts.total].map(Float.init),
        [known.sum, known.bias, known.errorTerm, known.total].map(Float.init), expected.key)
      if expected.rule == "conserving" {
        #expect(
          abs(parts.projectionBias - expected.projectionBias)
            <= 1e-4 * max(1, abs(expected.projectionBias)), "\(expected.key)")
      }
    }
  }

  /// Features, error, the decoder's bias and the projections' biases add up to the
  /// difference of two logits.
  @Test(arguments: AttributionBench.names)
  func relevanceAddsUpToTheTarget(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    for splice in [Splice(), Splice(errorTerm: .drop)] {
      let found = try bench.attribution(
        .all(try bench.target("logitDiff.last"), method: .relevance, splice: splice), in: context)()
      let parts = found.completeness
      let sum = parts.sum + parts.bias + parts.errorTerm + parts.projectionBias
      #expect(abs(sum - Double(found.targetValue)) <= 1e-4 * max(1, abs(sum)))
    }
  }

  /// The table's rows are the tokens' own attributions, and add up to the sequence's.
  @Test(arguments: AttributionBench.names)
  func theTableOfASequenceHasARowForEachToken(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    let target = try bench.target(bench.reference.table.target)
    for run in bench.reference.table.splices {
      var question = AttributionQuestion.all(
        target, aggregate: .feature, splice: Splice(errorTerm: run.errorTerm))
      question.byTerm = true
      let found = try bench.attribution(question, in: context)()
      let table = try #require(found.table)
      let known = try bench.tensors.matrix("table.\(run.errorTerm).all")
      #expect(table.count == run.values.count)
      for (row, terms) in table.enumerated() {
        expectNear(terms.value, run.values[row], "token \(row)")
        expectClose(
          terms.scores, found.items.map { known[row, $0.latent ?? 0] },
          "\(run.errorTerm), token \(row)")
      }
      let sums = found.items.indices.map { item in
        table.reduce(Float(0)) { $0 + $1.scores[item] }
      }
      expectClose(sums, found.items.map(\.score), "the rows' sum")
    }
  }

  @Test func aTableNeedsAMethodOfOnePullback() throws {
    let bench = try AttributionBench("mistral")
    let context = try bench.context()
    for method in [AttributionQuestion.Method.ablation, .integratedGradients(steps: 2)] {
      let question = AttributionQuestion(
        target: try bench.target("sequence"), method: method, byTerm: true)
      #expect(throws: InterpretationError.self) {
        try bench.attribution(question, in: context)
      }
    }
  }
}
