import Autoencoders
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct AttributionGradientTests {
  @Test(arguments: Bench.names)
  func everyTargetsScoresAreThoseOfAutograd(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for expected in bench.reference.attributions {
      let what = "\(expected.target), \(expected.errorTerm)"
      let found = try bench.attribute(
        .all(try bench.target(expected.target), splice: Splice(errorTerm: expected.errorTerm)),
        in: context)
      #expect(abs(found.targetValue - expected.value) <= 1e-4 * max(1, abs(expected.value)))
      let codes = expected.target == "sequence" ? "sequence." : ""
      let scores = try bench.entries(
        "attribution.\(expected.target).\(expected.errorTerm).scores", beside: codes + "indices")
      let items = try #require(found.byPlace)
      expectClose(items.mapValues(\.score), scores, what)
      let values = try bench.entries(codes + "values", beside: codes + "indices")
      expectClose(items.mapValues(\.activation), values, "\(what), activations")
      let sizes = found.items.map { abs($0.score) }
      #expect(sizes == sizes.sorted(by: >), "\(what)")
    }
  }

  @Test(arguments: Bench.names)
  func thePartsOfAnAttributionAddUp(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for expected in bench.reference.attributions {
      let splice = Splice(errorTerm: expected.errorTerm)
      let found = try bench.attribute(
        .all(try bench.target(expected.target), splice: splice), in: context
      ).completeness
      let scale = [found.sum, found.bias, found.errorTerm, found.total].map(abs).max() ?? 0
      #expect(abs(found.sum + found.bias + found.errorTerm - found.total) <= 1e-4 * scale)
      let known = expected.completeness
      expectClose(
        [found.sum, found.bias, found.errorTerm, found.total].map(Float.init),
        [known.sum, known.bias, known.errorTerm, known.total].map(Float.init),
        "\(expected.target), \(expected.errorTerm)")
    }
  }

  /// A latent's share of a positive score falls from d when the latent is set to zero.
  @Test(arguments: Bench.names)
  func aPositiveScoreForetellsAFall(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let found = try bench.attribute(.all(target), in: context)
    let strongest = found.items.sorted { abs($0.score) > abs($1.score) }.prefix(6)
    for item in strongest {
      let position = try #require(item.position)
      // A hundredth of the way to zero, where the first order is all there is.
      let result = try bench.ablate(
        [
          Intervention(
            latent: try #require(item.latent), rule: .scale(0.98),
            positions: [position..<position + 1])
        ], targets: [target], splice: Splice(), in: context)
      let fall = result.targets[0].before - result.targets[0].after
      #expect(fall.sign == item.score.sign)
      #expect(abs(fall - 0.02 * item.score) < 0.1 * abs(fall))
    }
  }

  @Test(arguments: Bench.names)
  func positionsAfterTheTargetGetNothing(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for kind in ["logitDiff.earlier", "logit.earlier", "logProb.earlier"] {
      let position = try #require(bench.reference.targets[kind]?.position)
      for splice in [Splice(), Splice(errorTerm: .drop)] {
        let found = try bench.attribute(.all(try bench.target(kind), splice: splice), in: context)
        let later = found.items.filter { ($0.position ?? 0) > position }
        #expect(!later.isEmpty)
        #expect(later.allSatisfy { $0.score == 0 })
        #expect(found.items.contains { $0.position == position && $0.score != 0 })
      }
    }
  }

  @Test(arguments: Bench.names)
  func aLatentActiveNowhereIsAbsent(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for aggregate in [AttributionQuestion.Aggregate.none, .feature] {
      let found = try bench.attribute(
        .all(try bench.target("logitDiff.last"), aggregate: aggregate), in: context)
      #expect(!found.items.contains { $0.latent == bench.reference.dead })
    }
  }

  @Test(arguments: Bench.names)
  func aggregatesAreSumsOfTheItems(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let expected = try bench.entries(
      "attribution.logitDiff.last.keep.scores", beside: "indices")
    let byFeature = Dictionary(grouping: expected, by: \.key.latent)
      .mapValues { $0.reduce(0) { $0 + $1.value } }
    let byPosition = Dictionary(grouping: expected, by: \.key.position)
      .mapValues { $0.reduce(0) { $0 + $1.value } }
    let features = try bench.attribute(.all(target, aggregate: .feature), in: context).items
    #expect(Set(features.map(\.latent)) == Set(byFeature.keys))
    #expect(features.allSatisfy { $0.position == nil })
    expectClose(
      features.map(\.score), features.map { byFeature[$0.latent ?? -1] ?? .nan }, "by feature")
    let tokens = try bench.attribute(.all(target, aggregate: .token), in: context)
    #expect(tokens.items.allSatisfy { $0.latent == nil })
    expectClose(
      tokens.items.map(\.score), tokens.items.map { byPosition[$0.position ?? -1] ?? .nan },
      "by token")
    expectClose(
      tokens.byPosition, context.tokens.indices.map { byPosition[$0] ?? 0 }, "by position")
    let attribution = try Attribution(
      AttributionQuestion(target: target), of: context, autoencoder: bench.autoencoder,
      progress: { _ in }, cancellation: .never)
    let parts = try PartAttribution(
      PartQuestion(method: .sum), of: attribution, progress: { _ in })(try attribution()).shares
    for (part, span) in zip(context.partNames, bench.prompt.partSpans) {
      let sum = span.reduce(Float(0)) { $0 + (byPosition[$1] ?? 0) }
      let found = try #require(parts.first { $0.part == part })
      #expect(abs(found.score - sum) <= 1e-4 * max(1, abs(sum)))
    }
    let whole = byPosition.values.reduce(0, +)
    #expect(abs(parts.reduce(0) { $0 + $1.score } - whole) <= 1e-4 * max(1, abs(whole)))
  }

  @Test(arguments: Bench.names)
  func aRegionsItemsAreThoseOfTheWholeAtItsPositions(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let region = bench.reference.region[0]..<bench.reference.region[1]
    let whole = try bench.attribute(.all(target), in: context)
    let part = try bench.attribute(.all(target, positions: [region]), in: context)
    let expected = whole.items.filter { region.contains($0.position ?? -1) }
    #expect(part.items == expected)
    #expect(part.completeness == whole.completeness)
    let few = try bench.attribute(
      AttributionQuestion(target: target, topK: 3), in: context)
    #expect(few.items == Array(whole.items.prefix(3)))
  }

  /// Where top-k is taken again, the latent of rank k + 1 enters with its own first-order effect.
  @Test(arguments: Bench.names)
  func withReselectionTheEnteringLatentsEffectIsTakenOff(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let gradient = try bench.tensors.matrix("attribution.logitDiff.last.keep.gradient")
    let scores = try bench.entries("attribution.logitDiff.last.keep.scores", beside: "indices")
    let entering = try bench.tensors.matrix("runnersUp.indices").row(0)
    let values = try bench.tensors.matrix("runnersUp.values").row(0)
    let active = Dictionary(grouping: scores.keys, by: \.position).mapValues(\.count)
    var expected: [Place: Float] = [:]
    for (place, score) in scores {
      let t = place.position
      var effect: Float = 0
      if active[t] == bench.autoencoder.weights.k, entering[t] >= 0 {
        let row = try bench.autoencoder.weights.decoderRows([Int(entering[t])]).row(0)
        effect = values[t] * gradient.dot(row: t, with: row)
      }
      expected[place] = score - effect
    }
    let found = try bench.attribute(
      .all(try bench.target("logitDiff.last"), splice: Splice(reselection: .topK)), in: context)
    expectClose(try #require(found.byPlace).mapValues(\.score), expected, "with re-selection")
  }
}
