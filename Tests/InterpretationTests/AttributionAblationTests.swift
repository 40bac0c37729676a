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

  /// The strongest by the method, the strongest by another one, and others at random:
  /// each beside its exact fall.
  @Test(arguments: Bench.names)
  func verificationMeasuresTheStrongestTheOverlookedAndOthers(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let latents = try bench.tensors.matrix("ablation.all.latents").row(0).map { Int($0) }
    let falls = try bench.tensors.matrix("ablation.keep-none.all").row(0)
    let expected = Dictionary(uniqueKeysWithValues: zip(latents, falls))
    let target = try bench.target("logitDiff.last")
    let found = try bench.attribute(.all(target, aggregate: .feature, verify: 6), in: context)
    let verified = try #require(found.verification)
    let plain = try bench.attribute(.all(target, aggregate: .feature), in: context)
    let strongest = verified.items.filter { $0.origin == .strongest }
    #expect(strongest.map(\.latent) == plain.items.prefix(6).map(\.latent))
    let held = try bench.attribute(
      .all(target, method: .heldNorms, aggregate: .feature), in: context)
    let second = verified.items.filter { $0.origin == .secondMethod }.map(\.latent)
    #expect(
      second == held.items.prefix(6).map(\.latent).filter { !strongest.map(\.latent).contains($0) })
    #expect(
      verified.items.count { $0.origin == .random } == min(6, found.items.count - 6 - second.count))
    #expect(Set(verified.items.map(\.latent)).count == verified.items.count)
    let scores = Dictionary(uniqueKeysWithValues: found.items.map { ($0.latent, $0.score) })
    #expect(verified.items.allSatisfy { scores[$0.latent] == $0.predicted })
    expectClose(
      verified.items.map(\.measured), verified.items.map { expected[$0.latent ?? -1] ?? .nan },
      "measured")
    // What was measured takes the score's place in the order, and is told beside it.
    let measured = Dictionary(uniqueKeysWithValues: verified.items.map { ($0.latent, $0.measured) })
    #expect(found.items.allSatisfy { $0.measured == measured[$0.latent] })
    let sizes = found.items.map { abs($0.measured ?? $0.score) }
    #expect(sizes == sizes.sorted(by: >))
    let known = correlation(
      verified.items.map { Double($0.predicted) }, verified.items.map { Double($0.measured) })
    #expect(abs(try #require(verified.agreement.pearson) - known) < 1e-9)
  }

  @Test func anotherSeedDrawsOthers() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    func drawn(_ seed: UInt64) throws -> [Place] {
      var question = AttributionQuestion.all(try bench.target("logitDiff.last"), verify: 4)
      question.seed = seed
      return try #require(bench.attribute(question, in: context).verification).items
        .filter { $0.origin == .random }
        .map { Place(position: $0.position ?? -1, latent: $0.latent ?? -1) }
    }
    #expect(try drawn(1) == drawn(1))
    #expect(try drawn(1) != drawn(2))
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

  /// The paper's code goes another way: it differentiates at the run without the latent, one latent
  /// at a time. To first order that is the same fall; how nearly, PyTorch's exact falls say.
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
