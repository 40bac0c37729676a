import Autoencoders
import Interpretation
import Tensors
import TestSupport
import Testing

@Suite struct AttributionAblationTests {
  @Test(arguments: Bench.names)
  func exactFallsOfARegionAreThoseOfTheReference(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let region = [bench.reference.region[0]..<bench.reference.region[1]]
    let pairs = try bench.tensors.matrix("ablation.pairs")
    for splice in Splice.all {
      let falls = try bench.tensors.matrix("ablation.\(splice.key).pairs").row(0)
      var expected: [Place: Float] = [:]
      for row in 0..<pairs.rows {
        expected[Place(position: Int(pairs[row, 0]), latent: Int(pairs[row, 1]))] = falls[row]
      }
      let found = try bench.attribute(
        .all(
          try bench.target("logitDiff.last"), method: .ablation, positions: region, splice: splice),
        in: context)
      expectClose(try #require(found.byPlace).mapValues(\.score), expected, splice.key)
      let reference = try #require(bench.reference.references[splice.key])
      #expect(abs(found.targetValue - reference) <= 1e-4 * max(1, abs(reference)))
      #expect(found.measured == pairs.rows && found.candidates == pairs.rows)
    }
  }

  @Test(arguments: Bench.names)
  func exactFallsOfAFeatureAtAllPositionsAtOnceAreThoseOfTheReference(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let region = [bench.reference.region[0]..<bench.reference.region[1]]
    for (span, positions) in [("all", nil), ("region", region)] as [(String, [Range<Int>]?)] {
      let latents = try bench.tensors.matrix("ablation.\(span).latents").row(0).map { Int($0) }
      for splice in Splice.all {
        let falls = try bench.tensors.matrix("ablation.\(splice.key).\(span)").row(0)
        let expected = Dictionary(uniqueKeysWithValues: zip(latents, falls))
        let items = try bench.attribute(
          .all(
            try bench.target("logitDiff.last"), method: .ablation, positions: positions,
            aggregate: .feature, splice: splice), in: context
        ).items
        #expect(Set(items.compactMap(\.latent)) == Set(latents))
        expectClose(
          items.map(\.score), items.map { expected[$0.latent ?? -1] ?? .nan },
          "\(span), \(splice.key)")
      }
    }
  }

  @Test(arguments: Bench.names)
  func verificationMeasuresTheHighestScores(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let latents = try bench.tensors.matrix("ablation.all.latents").row(0).map { Int($0) }
    let falls = try bench.tensors.matrix("ablation.keep-none.all").row(0)
    let expected = Dictionary(uniqueKeysWithValues: zip(latents, falls))
    let found = try bench.attribute(
      .all(try bench.target("logitDiff.last"), aggregate: .feature, verify: 12), in: context)
    let verified = try #require(found.verification)
    #expect(verified.items.map(\.latent) == found.items.prefix(12).compactMap(\.latent))
    #expect(verified.items.map(\.predicted) == found.items.prefix(12).map(\.score))
    expectClose(
      verified.items.map(\.measured), verified.items.map { expected[$0.latent] ?? .nan },
      "measured")
    let pearson = try #require(verified.pearson)
    let known = correlation(
      verified.items.map { Double($0.predicted) }, verified.items.map { Double($0.measured) })
    #expect(abs(pearson - known) < 1e-9)
  }

  /// By the definition cov/(σσ), with the means taken off only at the end.
  private func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (sumA, sumB) = (a.reduce(0, +), b.reduce(0, +))
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = (a.reduce(0) { $0 + $1 * $1 }, b.reduce(0) { $0 + $1 * $1 })
    return (n * product - sumA * sumB)
      / ((n * squares.0 - sumA * sumA) * (n * squares.1 - sumB * sumB)).squareRoot()
  }

  /// The paper's code goes another way: it differentiates at the run without the latent, one latent at a
  /// time. To first order that is the same fall; how nearly, PyTorch's exact falls say.
  @Test(arguments: Bench.names)
  func exactFallsFollowThePublishedProcedure(_ name: String) throws {
    let bench = try Bench(name)
    let scores = try bench.tensors.matrix("published.scores")
    let items = try bench.attribute(
      .all(
        try bench.target("logitDiff.last"), method: .ablation, aggregate: .feature,
        splice: Splice(errorTerm: .drop, reselection: .topK)), in: try bench.context()
    ).items
    let falls = try bench.tensors.matrix("published.latents").row(0).map { latent in
      Double(try #require(items.first { $0.latent == Int(latent) }).score)
    }
    let published = (0..<scores.rows).map { row in
      scores.row(row).reduce(0) { $0 + Double($1) }
    }
    let known = bench.reference.published.correlationWithExact
    #expect(abs(correlation(falls, published) - known) < 1e-4)
  }

  /// Every fall of a sequence's log-probability is what the plain question about its value gives.
  @Test(arguments: Bench.names)
  func aSequencesFallIsTheDifferenceOfTwoRuns(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("sequence")
    let first = bench.reference.region[0]
    for splice in Splice.all {
      let found = try bench.attribute(
        .all(
          target, method: .ablation, positions: [first..<first + 1], splice: splice),
        in: context)
      for item in found.items.prefix(3) {
        let position = try #require(item.position)
        let latent = try #require(item.latent)
        let change = Intervention(
          latent: latent, rule: .zero, positions: [position..<position + 1])
        let with = try bench.ablate([change], targets: [target], splice: splice, in: context)
        let without = try bench.ablate([], targets: [target], splice: splice, in: context)
        let fall = without.targets[0].after - with.targets[0].after
        #expect(abs(fall - item.score) <= 1e-4)
      }
    }
  }
}
