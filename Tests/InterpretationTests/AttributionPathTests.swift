import Interpretation
import Tensors
import TestSupport
import Testing

@Suite struct AttributionPathTests {
  @Test(arguments: Bench.names)
  func integratedGradientsAreTheMeanOverTheMiddlesOfTheSteps(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    for (index, expected) in bench.reference.integrated.runs.enumerated() {
      let region = expected.region[0]..<expected.region[1]
      let whole = region.count == context.tokenCount
      let found = try bench.attribute(
        .all(
          target, method: .integratedGradients(steps: bench.reference.integrated.steps),
          positions: whole ? nil : [region], splice: Splice(errorTerm: expected.errorTerm)),
        in: context)
      let what = "run \(index), \(expected.errorTerm)"
      let scores = try bench.entries(
        "integrated.\(whole ? "all" : "region").\(expected.errorTerm).scores", beside: "indices")
      let items = try #require(found.byPlace).mapValues(\.score)
      expectClose(items, scores.filter { region.contains($0.key.position) }, what)
      let end = try #require(found.path).difference
      #expect(
        abs(end - expected.endpointDifference) <= 1e-4 * max(1, abs(expected.value)), "\(what)")
      #expect(abs(found.targetValue - expected.value) <= 1e-4 * max(1, abs(expected.value)))
      let known = expected.completeness
      let parts = found.completeness
      expectClose(
        [parts.sum, parts.bias, parts.errorTerm, parts.total].map(Float.init),
        [known.sum, known.bias, known.errorTerm, known.total].map(Float.init), what)
    }
  }

  /// The fundamental theorem: more steps bring the sum of a region's scores to
  /// the difference of its ends.
  @Test(arguments: Bench.names)
  func moreStepsBringTheSumToTheDifferenceOfTheEnds(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let errors = try [1, 4, 64].map { steps in
      let found = try bench.attribute(
        .all(target, method: .integratedGradients(steps: steps)), in: context)
      let path = try #require(found.path)
      let sum = found.items.reduce(Float(0)) { $0 + $1.score }
      #expect(abs(path.remainder - Double(path.difference - sum)) < 1e-4)
      return abs(sum - path.difference)
    }
    #expect(errors[2] < errors[0])
    #expect(errors[2] < 2e-3)
  }

  @Test func aPathOfNoStepsIsRefused() throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    for steps in [0, -3] {
      #expect(throws: InterpretationError.self) {
        try bench.attribute(
          .all(target, method: .integratedGradients(steps: steps)), in: context)
      }
    }
  }
}
