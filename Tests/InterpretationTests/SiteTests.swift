import AutoencoderFit
import Autoencoders
import Checkpoints
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Autoencoders and transcoders inside blocks, held to transformers' modules with hooks.
@Suite struct SiteTests {
  @Test func everyPlaceIsCovered() {
    #expect(SiteBench.names.count == 31)
  }

  // MARK: What is read and made

  @Test(arguments: SiteBench.names)
  func whatIsReadAndMadeAreTheModulesOwn(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    #expect(context.tokens == bench.reference.tokens)
    #expect(bench.autoencoder.site.name == name.site)
    let rows = try context.rows(at: bench.autoencoder.site, cancellation: .never)
    let x = try bench.tensor("x")
    let y = bench.entry.autoencoder ? x : try bench.tensor("y")
    #expect(rows.input.relativeError(to: x) < 1e-4)
    #expect(rows.output.relativeError(to: y) < 1e-4)
    #expect(x.columns == bench.autoencoder.site.widths(in: bench.model).input)
    let code = try context.code(of: bench.autoencoder, cancellation: .never)
    var found: [Place: Float] = [:]
    for row in 0..<code.rows {
      let (indices, values) = code.row(row)
      for (index, value) in zip(indices, values) {
        found[Place(position: row, latent: Int(index))] = value
      }
    }
    expectClose(found, try bench.entries("values"), "the code")
    let places = rows.covered(among: 0..<rows.count)
    #expect(name.isOfTower ? places.count < rows.count : places.count == rows.count)
    let fit = try bench.autoencoder.weights.fit(
      rows.input.rows(places), making: rows.output.rows(places))
    #expect(abs(try #require(fit.fvu) - bench.entry.fvu) < 1e-4 * bench.entry.fvu)
    #expect(abs(fit.l0 - bench.entry.l0) < 1e-9)
    let harvest = SiteHarvest(model: bench.model, reading: bench.autoencoder.site)
    #expect(try harvest(bench.prompt, cancellation: .never) == rows.input)
    #expect(
      try harvest(bench.prompt, first: 20, cancellation: .never) == rows.input.slice(rows: 0..<20))
  }

  /// To the bit, whether a context kept the tensors, computed them later, took them over or grew.
  @Test(arguments: SiteBench.names)
  func howAContextCameByItsTensorsDoesNotShow(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let site = bench.autoencoder.site
    func expectSame(_ a: ResidentContext, _ b: ResidentContext) throws {
      for tensor in [site.input, site.output, Site(site.write)] {
        let (x, y) = (
          try a.tensor(at: tensor, keep: false, cancellation: .never),
          try b.tensor(at: tensor, keep: false, cancellation: .never)
        )
        #expect(x == y, "\(tensor)")
      }
      #expect(try a.outputs(at: 0..<a.tokenCount) == b.outputs(at: 0..<b.tokenCount))
      let question = AttributionQuestion.all(try bench.target("logitDiff.last"))
      let (first, second) = (
        try bench.attribution(question, in: a)(), try bench.attribution(question, in: b)()
      )
      #expect(first.items == second.items)
      #expect(first.completeness == second.completeness)
    }
    let context = try bench.context()
    try expectSame(context, try bench.context(recording: []))
    for detail in [SavedDetail.states, .statesAndGates] {
      let keeping = try bench.context(keeping: detail)
      try expectSame(keeping, context)
      try expectSame(try bench.context(keeping: detail, reusing: keeping), context)
    }
    let below = AutoencoderSite(.residualPost(0))
    if below.write <= site.write {
      try expectSame(try bench.context(recording: [site, below], keeping: .states), context)
    }
    let (grown, late) = (try bench.context(), try bench.context(recording: []))
    for each in [grown, late] { try each.append(tokens: [5, 6, 7], cancellation: .never) }
    try expectSame(grown, late)
  }

  // MARK: Attribution

  @Test(arguments: SiteBench.names)
  func scoresAreActivationTimesTheModulesGradient(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    for expected in bench.entry.attributions {
      let what = "\(expected.target), \(expected.errorTerm)"
      let found = try bench.attribution(
        .all(try bench.target(expected.target), splice: Splice(errorTerm: expected.errorTerm)),
        in: context)()
      expectNear(found.targetValue, expected.value, what)
      expectClose(
        try #require(found.byPlace).mapValues(\.score),
        try bench.entries(
          "\(expected.target).\(expected.errorTerm).scores",
          beside: expected.target == "sequence" ? "sequence.indices" : "indices"), what)
      let parts = found.completeness
      expectClose(
        [parts.sum, parts.bias, parts.skip, parts.errorTerm].map(Float.init),
        [expected.sum, expected.bias, expected.skip, expected.error].map(Float.init), what)
      let sum = parts.sum + parts.bias + parts.skip + parts.errorTerm + parts.bypass
      #expect(abs(sum - parts.total) <= 1e-4 * max(1, abs(parts.total)), "\(what)")
      #expect(!bench.autoencoder.site.isStream || parts.bypass == 0)
    }
  }

  /// Features, skip connection, error, what passes the site by and all biases are the difference
  /// of two logits.
  @Test(arguments: SiteBench.names.filter { !$0.isOfTower })
  func relevanceAddsUpToTheTarget(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    for splice in [Splice(), Splice(errorTerm: .drop)] {
      let found = try bench.attribution(
        .all(try bench.target("logitDiff.last"), method: .relevance, splice: splice), in: context)()
      let parts = found.completeness
      let sum =
        parts.sum + parts.bias + parts.skip + parts.errorTerm + parts.bypass + parts.projectionBias
      #expect(abs(sum - Double(found.targetValue)) <= 1e-4 * max(1, abs(sum)))
    }
  }

  /// Integrated gradients approach the difference between the ends of their path.
  @Test(arguments: SiteBench.names)
  func integratedGradientsAddUpToTheirPath(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    let region = bench.reference.region[0]..<bench.reference.region[1]
    func remainder(_ steps: Int) throws -> (Double, Float) {
      let found = try bench.attribution(
        .all(
          try bench.target("logitDiff.last"), method: .integratedGradients(steps: steps),
          positions: [region]), in: context)()
      let path = try #require(found.path)
      return (path.remainder, path.difference)
    }
    let (left, whole) = try remainder(64)
    #expect(abs(left) <= 2e-3 * Double(max(1, abs(whole))))
  }

  @Test(arguments: SiteBench.names)
  func exactAblationIsThatOfTheModule(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    let region = bench.reference.region[0]..<bench.reference.region[1]
    let pairs = try bench.tensor("pairs")
    for errorTerm in ["keep", "drop"] {
      let falls = try bench.tensor("falls.\(errorTerm)").row(0)
      var expected: [Place: Float] = [:]
      for (row, fall) in falls.enumerated() {
        expected[Place(position: Int(pairs[row, 0]), latent: Int(pairs[row, 1]))] = fall
      }
      let found = try bench.attribution(
        .all(
          try bench.target("logitDiff.last"), method: .ablation, positions: [region],
          splice: Splice(errorTerm: errorTerm)), in: context)()
      expectClose(
        try #require(found.byPlace).mapValues(\.score), expected, errorTerm, tolerance: 1e-3)
      expectNear(found.targetValue, try #require(bench.entry.references[errorTerm]), errorTerm)
    }
  }

  @Test(arguments: SiteBench.names)
  func partsAreThoseOfWholeRuns(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    let region = bench.reference.region[0]..<bench.reference.region[1]
    let parts = [
      ContextPart(name: "region", positions: [region]),
      ContextPart(name: "before", positions: [0..<region.lowerBound]),
      ContextPart(name: "behind", positions: [region.upperBound..<context.tokenCount]),
    ]
    let attribution = try bench.attribution(
      AttributionQuestion(target: try bench.target("logitDiff.last")), in: context)
    let found = try PartAttribution(PartQuestion(parts: parts), of: attribution) { _ in }(
      try attribution())
    let (line, known) = (found.identity, bench.entry.parts)
    expectNear(found.shares[0].score, line.target - known.without, "the region")
    expectNear(line.start, known.start, "start")
    expectNear(line.bias, known.bias, "bias")
    expectNear(line.errorTerm, known.start - known.bias, "error")
  }

  // MARK: Interventions

  @Test(arguments: SiteBench.names)
  func interventionsGiveTheModulesValues(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let context = try bench.context()
    for expected in bench.entry.ablations {
      let what = "\(expected.set), \(expected.errorTerm)"
      let found = try context.ablate(
        try bench.interventions(expected.set), autoencoder: bench.autoencoder,
        targets: try expected.targets.map { try bench.target($0.target) },
        splice: Splice(errorTerm: expected.errorTerm), progress: { _ in }, cancellation: .never)
      expectClose(found.targets.map(\.before), expected.targets.map(\.before), "\(what), before")
      expectClose(
        found.targets.map(\.reconstruction), expected.targets.map(\.reconstruction),
        "\(what), reconstruction")
      expectClose(found.targets.map(\.after), expected.targets.map(\.after), "\(what), after")
      #expect(abs(found.divergence - expected.kl) <= 1e-4 * max(1, expected.kl), "\(what)")
    }
  }

  @Test(arguments: SiteBench.names)
  func noInterventionWithTheErrorKeptIsThePlainRunItself(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    let found = try bench.context().ablate(
      [], autoencoder: bench.autoencoder, targets: [try bench.target("logitDiff.last")],
      splice: Splice(), progress: { _ in }, cancellation: .never)
    #expect(found.targets[0].before == found.targets[0].after && found.divergence == 0)
    #expect(found.receipt.positions == 0)
  }

  @Test(arguments: SiteBench.names)
  func steeredContinuationsAreThoseOfWholeRuns(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    for keeping in [nil, SavedDetail.states] {
      let context = try bench.context(keeping: keeping)
      for expected in bench.entry.greedy {
        let found = try context.generate(
          GenerationOptions(maxTokens: expected.tokens.count),
          steering: Steering(
            autoencoder: bench.autoencoder, interventions: try bench.interventions(expected.set),
            splice: Splice(errorTerm: expected.errorTerm)), cancellation: .never)
        #expect(
          found.generation.tokens.map(\.id) == expected.tokens,
          "\(expected.set), \(expected.errorTerm)")
      }
    }
  }

  /// The losses of predicting the texts' tokens: plain, on what the autoencoder makes, and on zeros
  /// in its place.
  @Test(arguments: SiteBench.names)
  func lossesAreThoseOfReplacedModules(_ name: SiteBench.Name) throws {
    let bench = try SiteBench(name)
    var found = AutoencoderEvaluation(model: bench.model, autoencoder: bench.autoencoder)
    try found.add(bench.prompt, cancellation: .never)
    #expect(abs(try #require(found.fvu) - bench.entry.fvu) < 1e-4 * bench.entry.fvu)
    let pictures = Set(bench.prompt.images.map(\.part))
    let positions = bench.prompt.partSpans.indices.filter { !pictures.contains($0) }
      .flatMap { bench.prompt.partSpans[$0] }.filter { $0 > 0 }.map { $0 - 1 }
    let losses = try bench.tensor("losses")
    let expected = (0..<3).map { row in
      positions.reduce(Float(0)) { $0 + losses[row, $1] } / Float(positions.count)
    }
    let prediction = try #require(found.prediction)
    expectClose(
      [prediction.plain, prediction.reconstruction, prediction.zero].map(Float.init), expected,
      "losses")
  }

  // MARK: What is no site

  /// In a family that norms what a module gives before it is added, the module's own output is
  /// another site than what is added.
  @Test func whatIsNormedBeforeItIsAddedHasANameOfItsOwn() throws {
    let bench = try SiteBench(try #require(SiteBench.names.first { $0.model == "sites/gemma3" }))
    for (name, canonical) in [
      ("model.layers.1.mlp", "mlp_module.1"), ("mlp_module.1", "mlp_module.1"),
      ("blocks.1.mlp.hook_in -> blocks.1.mlp.hook_out", "mlp_in.1 -> mlp_module.1"),
      ("model.layers.1.mlp.input -> model.layers.1.mlp", "mlp_in.1 -> mlp_module.1"),
      ("model.layers.1.self_attn", "attn_module.1"), ("blocks.1.attn.hook_z", "attn_heads.1"),
      ("model.layers.1.post_feedforward_layernorm.output", "mlp_out.1"),
      ("model.layers.1.post_attention_layernorm.output", "attn_out.1"),
      (
        "model.layers.1.pre_feedforward_layernorm.output -> "
          + "model.layers.1.post_feedforward_layernorm.output", "transcoder.1"
      ),
    ] {
      #expect(try AutoencoderSite(named: name, in: bench.model).name == canonical)
    }
  }

  @Test func whatCannotBeReadOrWrittenIsRefusedByName() throws {
    let bench = try SiteBench(SiteBench.names[0])
    for (name, words) in [
      ("mlp_in.1", "not added to the residual stream"), ("mlp_out.3", "blocks 0 … 2"),
      ("mlp_normed.0 -> resid_mid.0", "comes after"), ("resid_post.1 -> mlp_out.0", "comes after"),
      ("blocks.1.hook_mlp_in", "no site"), ("hook", "not a site"),
      ("transcoder.x", "not a site"), ("mlp_in.1 -> ", "not a site"),
    ] {
      let error = #expect(throws: SiteRefusal.self) {
        _ = try AutoencoderSite(named: name, in: bench.model)
      }
      #expect(error?.reason.contains(words) == true, "\(name): \(error?.reason ?? "")")
    }
    for (name, canonical) in [
      ("model.layers.1.mlp", "mlp_out.1"), ("blocks.1.hook_mlp_out", "mlp_out.1"),
      ("mlp_module.1", "mlp_out.1"), ("attn_module.1", "attn_out.1"),
      ("model.layers[1].self_attn.output[0]", "attn_out.1"),
      ("blocks.1.attn.hook_z", "attn_heads.1"),
      ("blocks.1.hook_resid_pre", "resid_post.0"), ("blocks.0.hook_resid_pre", "resid_pre.0"),
      ("model.layers.1.mlp.input->model.layers.1.mlp", "transcoder.1"),
      ("blocks.1.ln2.hook_normalized -> blocks.1.hook_mlp_out", "mlp_normed.1 -> mlp_out.1"),
      ("model.layers.1.post_attention_layernorm.output -> mlp_out.1", "transcoder.1"),
    ] {
      #expect(try AutoencoderSite(named: name, in: bench.model).name == canonical)
    }
  }
}
