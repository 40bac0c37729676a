import Autoencoders
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Several autoencoders in one question, held to transformers' modules with a hook at each place.
@Suite struct SeveralSitesTests {
  @Test func everyChainIsCovered() {
    #expect(SeveralSitesBench.names.count == 10)
  }

  // MARK: Attribution

  @Test(arguments: SeveralSitesBench.names)
  func scoresAreThoseOfOneBackwardPass(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    for detail in [nil, SavedDetail.states] {
      let context = try bench.context(keeping: detail)
      for expected in bench.chain.attributions {
        let found = try bench.attribute(.all(try bench.target(expected.target)), in: context)
        expectNear(found.targetValue, expected.value, expected.target)
        #expect(found.autoencoders.count == expected.sites.count)
        for (number, site) in expected.sites.enumerated() {
          let what = "\(expected.target), \(bench.chain.sites[number].site)"
          expectClose(found.scores(of: number), try bench.scores(expected.target, of: number), what)
          let parts = found.autoencoders[number].completeness
          expectClose(
            [parts.sum, parts.bias, parts.skip, parts.errorTerm].map(Float.init),
            [site.sum, site.bias, site.skip, site.error].map(Float.init), what)
          let sum = parts.sum + parts.bias + parts.skip + parts.errorTerm + parts.bypass
          #expect(abs(sum - parts.total) <= 1e-4 * max(1, abs(parts.total)), "\(what)")
        }
      }
    }
  }

  /// To the bit, by every rule: what is asked together is what is asked one by one.
  @Test(arguments: SeveralSitesBench.names)
  func askedTogetherAsAskedAlone(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    let context = try bench.context()
    let methods: [AttributionQuestion.Method] = [.gradient, .heldNorms, .relevance, .ablation]
    let region = bench.reference.region[0]..<bench.reference.region[1]
    for method in methods {
      for reselection in [Splice.Reselection.none, .topK] {
        let question = AttributionQuestion.all(
          try bench.target("logitDiff.last"), method: method,
          positions: method == .ablation ? [region] : nil, splice: Splice(reselection: reselection))
        let together = try bench.attribute(question, in: context)
        for (number, autoencoder) in bench.autoencoders.enumerated() {
          let alone = try bench.attribute(question, [autoencoder], in: try bench.context())
          let what = "\(method), \(autoencoder.site)"
          if method == .ablation {
            expectClose(together.scores(of: number), alone.scores(of: 0), what, tolerance: 1e-5)
          } else {
            #expect(together.scores(of: number) == alone.scores(of: 0), "\(what)")
            #expect(
              together.autoencoders[number].completeness == alone.completeness, "\(what)")
            #expect(together.autoencoders[number].byPosition == alone.byPosition, "\(what)")
          }
        }
      }
    }
  }

  /// The conserving rule shares out the whole target at each site: each closes alone, and the sum
  /// over two of them is not the target but as many times it.
  @Test(arguments: SeveralSitesBench.names)
  func eachClosesAloneAndTheyDoNotAddUp(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    let found = try bench.attribute(
      .all(try bench.target("logitDiff.last"), method: .relevance), in: try bench.context())
    let target = Double(found.targetValue)
    var all = 0.0
    for each in found.autoencoders.map(\.completeness) {
      let sum =
        each.sum + each.bias + each.skip + each.errorTerm + each.bypass + each.projectionBias
      #expect(abs(sum - target) <= 1e-4 * max(1, abs(target)))
      all += sum
    }
    #expect(abs(all - target) > 0.5 * abs(target))
  }

  /// What a feature of a lower site does, the higher site's features pass on: both are told, and
  /// setting both to zero does not do what the two falls say.
  @Test func fallsOfNestedSitesAreNoSum() throws {
    let bench = try SeveralSitesBench(try #require(SeveralSitesBench.names.first))
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    func cleared(_ numbers: [Int]) throws -> Float {
      let chain = SpliceChain(
        try bench.autoencoders.enumerated().map { number, autoencoder in
          let code = try context.code(of: autoencoder, cancellation: .never)
          let active = Set((0..<code.rows).flatMap { code.row($0).indices.map { Int($0) } })
          return FeatureChanges(
            of: autoencoder,
            numbers.contains(number)
              ? active.sorted().map { Intervention(latent: $0, rule: .zero) } : [])
        }, splice: Splice())
      let values = try bench.ablate(chain, targets: [target], in: context).targets[0]
      return values.before - values.after
    }
    let (lower, upper, both) = (try cleared([0]), try cleared([1]), try cleared([0, 1]))
    #expect(abs(lower + upper - both) > 0.05 * max(abs(lower), abs(upper)))
  }

  @Test(arguments: SeveralSitesBench.names)
  func whatIsListedIsVerifiedEachByItsOwnAblation(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let found = try bench.attribute(.all(target, verify: 5), in: context)
    let verification = try #require(found.verification)
    #expect(Set(verification.items.map(\.autoencoder)).count > 1)
    for item in verification.items {
      let alone = try context.ablate(
        [
          Intervention(
            latent: try #require(item.latent), rule: .zero,
            positions: [try #require(item.position).range])
        ], autoencoder: bench.autoencoders[item.autoencoder], targets: [target], splice: Splice(),
        progress: { _ in }, cancellation: .never)
      let scale = max(1, abs(alone.targets[0].before))
      #expect(
        abs(alone.targets[0].before - alone.targets[0].after - item.measured) <= 1e-5 * scale)
    }
    let known = found.items.map { abs($0.bestKnown) }
    #expect(known == known.sorted(by: >))
    #expect(found.items.filter { $0.measured != nil }.count == verification.items.count)
  }

  @Test func sumsAreOfOneAutoencoderEach() throws {
    let bench = try SeveralSitesBench(try #require(SeveralSitesBench.names.first))
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    for aggregate in [AttributionQuestion.Aggregate.feature, .token] {
      let together = try bench.attribute(.all(target, aggregate: aggregate), in: context)
      for (number, autoencoder) in bench.autoencoders.enumerated() {
        let alone = try bench.attribute(
          .all(target, aggregate: aggregate), [autoencoder], in: context)
        var own = together.items.filter { $0.autoencoder == number }
        for index in own.indices { own[index].autoencoder = 0 }
        #expect(own == alone.items)
      }
    }
    var question = AttributionQuestion.all(target)
    question.byTerm = true
    let table = try #require(try bench.attribute(question, in: context).table)
    let items = try bench.attribute(.all(target), in: context).items
    #expect(table.count == 1 && table[0].scores == items.map(\.score))
  }

  @Test func whatHasNoMeaningForSeveralIsRefusedByName() throws {
    let bench = try SeveralSitesBench(try #require(SeveralSitesBench.names.first))
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let twice = [bench.autoencoders[0], bench.autoencoders[0]]
    for (question, autoencoders, words) in [
      (AttributionQuestion.all(target), twice, "\"sae0\" is named twice"),
      (.all(target, splice: Splice(errorTerm: .drop)), bench.autoencoders, "errorTerm is drop"),
      (
        .all(target, method: .integratedGradients(steps: 4)), bench.autoencoders,
        "integratedGradients of \"sae0\", \"sae1\""
      ),
    ] {
      let error = #expect(throws: InterpretationError.self) {
        _ = try bench.attribute(question, autoencoders, in: context)
      }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    let attribution = try Attribution(
      AttributionQuestion(target: target), of: context, autoencoders: bench.autoencoders,
      progress: { _ in }, cancellation: .never)
    let parts = #expect(throws: InterpretationError.self) {
      _ = try PartAttribution(PartQuestion(), of: attribution) { _ in }
    }
    #expect(parts?.description.contains("one autoencoder") == true)
    let chain = SpliceChain(twice.map { FeatureChanges(of: $0, []) }, splice: Splice())
    for throwing in [
      { _ = try bench.ablate(chain, targets: [], in: context) },
      { _ = try bench.generate(chain, tokens: 1, in: context) },
    ] {
      let error = #expect(throws: InterpretationError.self) { try throwing() }
      #expect(error?.description.contains("named twice") == true)
    }
  }

  // MARK: Interventions

  /// In whatever order they are given, whatever the context has kept.
  @Test(arguments: SeveralSitesBench.names)
  func interventionsGiveTheHooksValues(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    // Two at one place are met in the order in which they are given.
    let sites = bench.autoencoders.map(\.site)
    let orders = [Array(sites.indices), sites.indices.reversed()]
    for (order, recording) in zip(orders, [nil, []] as [[AutoencoderSite]?]) {
      let context = try bench.context(recording: recording)
      for expected in bench.chain.ablations {
        let what = "\(expected.set), \(expected.errorTerm)"
        let found = try bench.ablate(
          try bench.changes(expected.set, errorTerm: expected.errorTerm, order: order),
          targets: try expected.targets.map { try bench.target($0.target) }, in: context)
        expectClose(
          found.targets.map(\.before), expected.targets.map(\.before), "\(what), before",
          tolerance: 1e-5)
        expectClose(
          found.targets.map(\.reconstruction), expected.targets.map(\.reconstruction),
          "\(what), reconstruction", tolerance: 1e-5)
        expectClose(
          found.targets.map(\.after), expected.targets.map(\.after), "\(what), after",
          tolerance: 1e-5)
        #expect(abs(found.divergence - expected.kl) <= 1e-4 * max(1, expected.kl), "\(what)")
        for (number, receipt) in zip(order, found.receipts) {
          let known = expected.receipts[number]
          #expect(receipt.positions == known.positions, "\(what), \(sites[number])")
          #expect(
            abs(receipt.meanNorm - known.meanNorm) <= 1e-4 * max(1, known.meanNorm),
            "\(what), \(sites[number])")
          #expect(receipt.passes == (known.positions > 0 ? 1 : 0))
        }
      }
    }
  }

  @Test(arguments: SeveralSitesBench.names)
  func steeredContinuationsAreThoseOfHooks(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    for keeping in [nil, SavedDetail.states] {
      let context = try bench.context(keeping: keeping)
      for expected in bench.chain.greedy {
        let found = try bench.generate(
          try bench.changes(expected.set, errorTerm: expected.errorTerm),
          tokens: expected.tokens.count, in: context)
        #expect(
          found.generation.tokens.map(\.id) == expected.tokens,
          "\(expected.set), \(expected.errorTerm)")
        #expect(found.receipts.count == bench.autoencoders.count)
        #expect(found.receipt.positions == found.receipts.reduce(0) { $0 + $1.positions })
        #expect(found.receipt.passes >= found.receipts.map(\.passes).max() ?? 0)
      }
    }
  }

  /// To the bit: what one autoencoder's changes do is the same alone and beside another whose
  /// features are left as they are.
  @Test(arguments: SeveralSitesBench.names)
  func oneThatIsLeftAsItIsChangesNothing(_ name: SeveralSitesBench.Name) throws {
    let bench = try SeveralSitesBench(name)
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    for number in bench.autoencoders.indices {
      let own = FeatureChanges(
        of: bench.autoencoders[number],
        try #require(bench.chain.sites[number].interventions["several"]).map(\.intervention))
      let beside = bench.autoencoders.indices.map {
        $0 == number ? own : FeatureChanges(of: bench.autoencoders[$0], [])
      }
      let alone = try bench.ablate(
        SpliceChain([own], splice: Splice()), targets: [target], in: context)
      let together = try bench.ablate(
        SpliceChain(beside, splice: Splice()), targets: [target], in: context)
      #expect(together.targets[0].after == alone.targets[0].after)
      #expect(together.divergence == alone.divergence)
      #expect(together.receipts[number] == alone.receipt)
      let (one, other) = (
        try bench.generate(SpliceChain([own], splice: Splice()), tokens: 3, in: context),
        try bench.generate(SpliceChain(beside, splice: Splice()), tokens: 3, in: context)
      )
      #expect(one.generation.tokens == other.generation.tokens)
      #expect(one.receipt == other.receipt)
    }
    let nothing = SpliceChain(
      bench.autoencoders.map { FeatureChanges(of: $0, []) }, splice: Splice())
    let found = try bench.ablate(nothing, targets: [target], in: context)
    #expect(found.targets[0].before == found.targets[0].after && found.divergence == 0)
    #expect(found.receipts.allSatisfy { $0 == InterventionReceipt() })
  }

  /// Top-k is taken again at every site of one call: a clamp that the selection leaves out of the
  /// higher code is told of that autoencoder.
  @Test func topKIsTakenAgainAtEachSite() throws {
    let bench = try SeveralSitesBench(try #require(SeveralSitesBench.names.first))
    let context = try bench.context()
    let last = context.tokenCount - 1
    let lower = try context.code(of: bench.autoencoders[0], cancellation: .never)
    let strongest = Int(try #require(lower.row(last).indices.first))
    let upper = try context.code(of: bench.autoencoders[1], cancellation: .never)
    let silent = try #require(
      (0..<upper.latentCount).first { latent in
        (0..<upper.rows).allSatisfy { upper.value(row: $0, latent: latent) == 0 }
      })
    let chain = SpliceChain(
      [
        FeatureChanges(
          of: bench.autoencoders[0],
          [Intervention(latent: strongest, rule: .zero, positions: [last..<last + 1])]),
        FeatureChanges(
          of: bench.autoencoders[1],
          [Intervention(latent: silent, rule: .clamp(1e-6), positions: [last..<last + 1])]),
      ], splice: Splice(reselection: .topK))
    let found = try bench.ablate(
      chain, targets: [try bench.target("logitDiff.last")], in: context)
    #expect(found.receipts.map(\.positions) == [1, 0])
    #expect(found.receipts.map(\.dropped) == [0, 1])
  }
}

extension Int {
  fileprivate var range: Range<Int> { self..<self + 1 }
}
