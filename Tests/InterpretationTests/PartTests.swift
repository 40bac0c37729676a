import Interpretation
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct PartTests {
  private func measure(
    _ question: PartQuestion, _ bench: AttributionBench, target: String, errorTerm: String,
    in context: ResidentContext, cancellation: Cancellation = .never
  ) throws -> PartShares {
    let attribution = try bench.attribution(
      AttributionQuestion(
        target: try bench.target(target), splice: Splice(errorTerm: errorTerm)),
      in: context, cancellation: cancellation)
    return try PartAttribution(question, of: attribution, progress: { _ in })(try attribution())
  }

  @Test(arguments: AttributionBench.names)
  func sharesAndTheirLineAreThoseOfWholeRuns(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    let parts = bench.reference.regions.map(\.part)
    for expected in bench.reference.regionAblations {
      let what = "\(expected.target), \(expected.errorTerm)"
      let found = try measure(
        PartQuestion(parts: parts), bench, target: expected.target, errorTerm: expected.errorTerm,
        in: context)
      for (share, without) in zip(found.shares, expected.without) {
        expectNear(share.score, expected.value - without, "\(what), \(share.part)")
      }
      let line = found.identity
      expectNear(line.target, expected.value, what)
      expectNear(line.start, expected.withoutAll, what)
      expectNear(line.features, expected.value - expected.withoutAll, what)
      expectNear(line.bias, expected.biasAlone, what)
      expectNear(line.errorTerm, expected.start - expected.biasAlone, what)
      expectNear(line.elsewhere, expected.withoutAll - expected.start, what)
      expectNear(
        line.interaction,
        expected.value - expected.withoutAll
          - expected.without.reduce(0) { $0 + expected.value - $1 }, what, tolerance: 3e-4)
      #expect(abs(line.gap) <= 1e-4)
    }
  }

  @Test(arguments: AttributionBench.names)
  func shapleyValuesAreThoseOfAllSubsets(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    for expected in bench.reference.regionAblations {
      let found = try measure(
        PartQuestion(method: .shapley, parts: bench.reference.regions.map(\.part)), bench,
        target: expected.target, errorTerm: expected.errorTerm, in: context)
      for (share, known) in zip(found.shares, expected.shapley) {
        expectNear(share.score, known, "\(expected.target), \(expected.errorTerm), \(share.part)")
      }
      let sum = found.shares.reduce(0) { $0 + $1.score }
      expectNear(sum, found.identity.features, "the sum")
      #expect(found.identity.interaction == 0)
    }
  }

  /// What a sum of first-order scores misses is told, not hidden.
  @Test(arguments: AttributionBench.names)
  func aSumsGapIsWhatItMisses(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    let expected = try #require(bench.reference.regionAblations.first)
    let found = try measure(
      PartQuestion(method: .sum, parts: bench.reference.regions.map(\.part)), bench,
      target: expected.target, errorTerm: expected.errorTerm, in: context)
    let sum = found.shares.reduce(0) { $0 + $1.score }
    expectNear(
      found.identity.gap, expected.value - expected.withoutAll - sum, "the gap", tolerance: 3e-4)
  }

  @Test(arguments: AttributionBench.names)
  func theContextsOwnPartsHoldEveryPosition(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    try context.append(tokens: Array(context.tokens.suffix(2)), cancellation: .never)
    let parts = context.parts
    let positions = parts.flatMap { $0.positions.flatMap { $0 } }
    #expect(positions.sorted() == Array(0..<context.tokenCount))
    #expect(parts.last?.name == ContextPart.generated)
    #expect(parts.last?.positions == [context.tokenCount - 2..<context.tokenCount])
  }

  /// All features of one token together, by the same falls as everything else.
  @Test(arguments: AttributionBench.names)
  func aTokensExactFallIsThatOfAllItsLatents(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    for target in ["logitDiff.last", "sequence"] {
      for errorTerm in ["keep", "drop"] {
        let known = try bench.tensors.matrix("ablation.tokens.\(target).\(errorTerm)").row(0)
        let found = try bench.attribution(
          .all(
            try bench.target(target), method: .ablation,
            positions: [0..<context.tokenCount], aggregate: .token,
            splice: Splice(errorTerm: errorTerm)), in: context)()
        #expect(!found.items.isEmpty)
        expectClose(
          found.items.map(\.score), found.items.map { known[$0.position ?? 0] },
          "\(target), \(errorTerm)")
      }
    }
  }

  @Test func aPartWithoutActiveFeaturesHasNoShareAndNoRun() throws {
    let bench = try AttributionBench("mistral")
    let context = try bench.context()
    let parts = [
      ContextPart(name: "nowhere", positions: []),
      ContextPart(name: "all", positions: [0..<context.tokenCount]),
    ]
    for method in [PartQuestion.Method.ablation, .shapley, .sum] {
      let found = try measure(
        PartQuestion(method: method, parts: parts), bench, target: "logitDiff.last",
        errorTerm: "keep", in: context)
      #expect(found.shares[0].score == 0 && found.shares[0].activeCount == 0)
      #expect(found.shares[1].activeCount > 0)
    }
  }

  @Test func partsThatDoNotFitTheMethodAreRefused() throws {
    let bench = try AttributionBench("mistral")
    let context = try bench.context()
    func part(_ name: String, _ range: Range<Int>) -> ContextPart {
      ContextPart(name: name, positions: [range])
    }
    let seven = (0..<7).map { part("\($0)", $0..<$0 + 1) }
    for (question, words) in [
      (PartQuestion(method: .shapley, parts: [part("a", 0..<4), part("b", 3..<6)]), "position 3"),
      (PartQuestion(method: .shapley, parts: seven), "2^7"),
      (PartQuestion(parts: []), "0 regions"),
      (PartQuestion(parts: [part("a", 0..<1), part("a", 1..<2)]), "\"a\""),
    ] {
      let error = #expect(throws: InterpretationError.self) {
        try measure(
          question, bench, target: "logitDiff.last", errorTerm: "keep", in: context)
      }
      #expect(error?.description.contains(words) == true, "\(words)")
    }
    // Overlap is no fault where parts are measured one by one.
    let found = try measure(
      PartQuestion(parts: [part("a", 0..<40), part("b", 20..<41)]), bench,
      target: "logitDiff.last", errorTerm: "keep", in: context)
    #expect(found.shares.count == 2)
  }

  @Test func cancellingLeavesTheContextAsItWas() throws {
    let bench = try AttributionBench("llama3")
    let context = try bench.context()
    let parts = bench.reference.regions.map(\.part)
    let before = try measure(
      PartQuestion(method: .shapley, parts: parts), bench, target: "logitDiff.last",
      errorTerm: "keep", in: context)
    for limit in [0, 3, 9] {
      let polls = Mutex(0)
      let cancellation = Cancellation {
        polls.withLock {
          $0 += 1
          return $0 > limit
        }
      }
      #expect(throws: (any Error).self) {
        try measure(
          PartQuestion(method: .shapley, parts: parts), bench, target: "logitDiff.last",
          errorTerm: "keep", in: context, cancellation: cancellation)
      }
    }
    let after = try measure(
      PartQuestion(method: .shapley, parts: parts), bench, target: "logitDiff.last",
      errorTerm: "keep", in: context)
    #expect(after.shares == before.shares && after.identity == before.identity)
  }
}
