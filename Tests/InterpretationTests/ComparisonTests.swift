import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct ComparisonTests {
  @Test(arguments: AttributionBench.names)
  func patchedValuesAreThoseOfWholeRuns(_ name: String) throws {
    let bench = try AttributionBench(name)
    for expected in bench.reference.comparisons {
      let (a, b) = try contexts(expected, bench)
      let latents = try bench.tensors.matrix("compare.\(expected.name).latents").row(0).map {
        Int($0)
      }
      let into = try bench.tensors.matrix("compare.\(expected.name).into").row(0)
      let out = try bench.tensors.matrix("compare.\(expected.name).out").row(0)
      let predicted = try bench.tensors.matrix("compare.\(expected.name).predicted").row(0)
      let found = try compare(a, b, expected, bench, count: 200)
      expectNear(found.first, expected.valueA, name)
      expectNear(found.second, expected.valueB, name)
      #expect(found.differing == expected.differing)
      expectNear(found.allIntoFirst, expected.valueA - expected.allInto, "all into the first")
      expectNear(found.allIntoSecond, expected.allOut - expected.valueB, "all into the second")
      let items = Dictionary(uniqueKeysWithValues: found.items.map { ($0.latent, $0) })
      for (index, latent) in latents.enumerated() where predicted[latent] != 0 {
        let item = try #require(items[latent])
        expectNear(item.predicted, predicted[latent], "\(expected.name), latent \(latent)")
        expectNear(item.intoFirst, expected.valueA - into[index], "into the first, \(latent)")
        expectNear(item.intoSecond, out[index] - expected.valueB, "into the second, \(latent)")
      }
    }
  }

  /// What explains the difference one way explains it the other way with the same sign:
  /// the question is symmetric.
  @Test(arguments: AttributionBench.names)
  func exchangingTheContextsTurnsTheDifferenceAround(_ name: String) throws {
    let bench = try AttributionBench(name)
    let expected = try #require(bench.reference.comparisons.first)
    let (a, b) = try contexts(expected, bench)
    let there = try compare(a, b, expected, bench, count: 5)
    let back = try compare(b, a, expected, bench, count: 5)
    #expect(there.items.map(\.latent) == back.items.map(\.latent))
    for (item, other) in zip(there.items, back.items) {
      expectNear(item.predicted, -other.predicted, "predicted")
      expectNear(item.intoFirst, -other.intoSecond, "measured")
      expectNear(item.intoSecond, -other.intoFirst, "measured")
    }
  }

  @Test func positionsOfTwoTextsCorrespondByTheirEnds() throws {
    let bench = try AttributionBench("qwen2")
    let a = try bench.context("one two three four")
    let b = try bench.context("one two and a half three four")
    let alignment = Alignment(a, b)
    for (first, second) in alignment.pairs { #expect(a.tokens[first] == b.tokens[second]) }
    let pairs = alignment.pairs.count
    #expect(pairs + alignment.onlyFirst.count == a.tokenCount)
    #expect(pairs + alignment.onlySecond.count == b.tokenCount)
    #expect(alignment.pairs.last?.first == a.tokenCount - 1)
    #expect(alignment.pairs.last?.second == b.tokenCount - 1)
    #expect(Alignment(a, a).pairs.count == a.tokenCount)
  }

  private func contexts(
    _ expected: AttributionReference.Comparison, _ bench: AttributionBench
  ) throws -> (ResidentContext, ResidentContext) {
    let other = try bench.context(expected.rendered, picture: expected.picture)
    #expect(other.tokens == expected.tokens)
    return (try bench.context(), other)
  }

  private func compare(
    _ a: ResidentContext, _ b: ResidentContext, _ expected: AttributionReference.Comparison,
    _ bench: AttributionBench, count: Int
  ) throws -> ComparisonResult {
    let target = try bench.target(expected.target)
    return try FeatureComparison(
      (a, b), targets: (target, target), autoencoder: bench.autoencoder, count: count,
      progress: { _ in }, cancellation: .never)()
  }
}
