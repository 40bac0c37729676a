import Interpretation
internal import JSON
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension AttributionCompute: EngineAnswerable {
  private static let defaultSteps = 16

  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let started = ContinuousClock.now
    let open = try engine.context(params)
    let autoencoders = try engine.autoencoders(sae: params.sae, saes: params.saes, for: open)
    let names = AttributionNames(params, autoencoders)
    let resolved = try open.resolve(params.target)
    let plan = try AttributionPlan(params, open: open, autoencoders: autoencoders)
    let question = try question(params, target: resolved.target, verify: plan.verify, open: open)
    try checkRendering(params)
    try engine.reserveRun(
      of: open, autoencoders: autoencoders, extraTokens: question.target.continuation.count,
      savesForPullback: true)
    let attribution = try Attribution(
      question, of: open.context, autoencoders: autoencoders,
      progress: { call.report(title: "Attributing", fraction: 0.6 * $0) },
      cancellation: Cancellation(call))
    let found = try attribution()
    var result = Result(
      target: TargetValue(resolved, value: found.targetValue, in: open),
      items: found.items.map { item($0, of: names) }, byPart: [],
      completeness: names.several == nil ? completeness(found, 0, question) : nil,
      bySae: names.several?.enumerated().map {
        OfSae(sae: $1, completeness: completeness(found, $0, question))
      },
      verification: found.verification.map { Verification($0, of: names) },
      explanation: Explanation(title: resolved.title, sentences: []),
      renderings: try renderings(params, of: attribution, found: found, names: names, open: open),
      method: method(params), splice: KernelProtocol.Splice(question.splice),
      elapsed: 0,
      coverage: found.measured.flatMap { measured in
        found.candidates.map { Coverage(measured: measured, candidates: $0) }
      }, endpointDifference: found.path.map { Double($0.difference) },
      remainder: found.path.map(\.remainder),
      table: found.table.map { table($0, tokens: resolved.answer, open: open) })
    try measureParts(
      plan, params, attribution: attribution, found: found, into: &result, open: open,
      engine: engine, call: call)
    if params.aggregate == .part {
      result.items = result.byPart.map { Item(part: $0.part, score: $0.score) }
        .sorted { abs($0.score) > abs($1.score) }
    }
    result.explanation.sentences =
      AttributionSentences(result: result, notes: plan.notes).sentences
    if call.wantsPartialResults {
      call.stream(try result.items.map { try JSONValue(encoding: $0) })
      result.items = []
    }
    result.elapsed = (ContinuousClock.now - started) / .seconds(1)
    return result
  }

  // MARK: The question

  /// Chosen by Tests/Studies/attribution.py: the gradient ranks features best, with norms
  /// held it ranks tokens best.
  private static func method(_ params: Params) -> Method {
    params.method ?? (params.aggregate == .token ? .heldNorms : .gradient)
  }

  private static func question(
    _ params: Params, target: AttributionTarget, verify: Int, open: OpenContext
  ) throws -> AttributionQuestion {
    let method: AttributionQuestion.Method =
      switch self.method(params) {
      case .gradient: .gradient
      case .heldNorms: .heldNorms
      case .relevance: .relevance
      case .integratedGradients: .integratedGradients(steps: params.steps ?? defaultSteps)
      case .ablation: .ablation
      }
    let aggregate: AttributionQuestion.Aggregate =
      switch params.aggregate {
      case nil, .some(.none), .part: .none
      case .feature: .feature
      case .token: .token
      }
    if params.aggregate == .part, params.parts?.method == .some(.none) {
      throw InterpretationError.badValue(
        "aggregate is part, and parts.method is none: there is nothing to list")
    }
    return AttributionQuestion(
      target: target, method: method,
      positions: try open.context.positions(of: params.region.map { [ContextRegion($0)] }),
      topK: params.topK ?? 20, aggregate: aggregate,
      splice: Interpretation.Splice(params.splice), verify: verify,
      seed: UInt64(params.seed ?? 0), byTerm: params.perToken ?? false)
  }

  /// Refuses a picture of scores by position where there are none.
  private static func checkRendering(_ params: Params) throws {
    guard params.method == .ablation, params.aggregate == .feature, params.render != nil else {
      return
    }
    throw InterpretationError.badValue(
      "features ablated everywhere at once have no scores by position to draw: use aggregate token "
        + "or none"
    )
  }

  /// Where no method was asked for, pictures are of the scores that are best by position.
  private static func renderings(
    _ params: Params, of attribution: Attribution, found: AttributionResult,
    names: AttributionNames, open: OpenContext
  ) throws -> [Rendering]? {
    guard let wanted = params.render else { return nil }
    let byPosition =
      params.method == nil && params.aggregate != .token
      ? try attribution.positionScores(.heldNorms) : found.autoencoders.map(\.byPosition)
    return try byPosition.enumerated().flatMap { number, scores in
      try AttributionRendering(open, byPosition: scores).drawn(wanted).map { drawn in
        var drawn = drawn
        drawn.sae = names.several?[number]
        return drawn
      }
    }
  }

  // MARK: Parts

  private static func measureParts(
    _ plan: AttributionPlan, _ params: Params, attribution: Attribution, found: AttributionResult,
    into result: inout Result, open: OpenContext, engine: Engine, call: Call
  ) throws {
    let progress = { call.report(title: "Measuring parts", fraction: 0.6 + 0.4 * $0) }
    if let question = plan.parts {
      let shares = try PartAttribution(question, of: attribution, progress: progress)(found)
      result.byPart = shares.shares.map {
        PartScore(part: $0.part, score: Double($0.score), active: $0.activeCount)
      }
      result.identity = Identity(shares, method: params.parts?.method ?? .ablation)
    } else if let parts = plan.occlusion {
      try engine.reserve(
        open.context.model.prefillBytes(open.context.prompt), for: "a run of the changed prompt",
        sparing: open.name)
      // A vocabulary without a space can still hide pictures.
      let hidesWords = parts.contains { !$0.positions.isEmpty }
      let replacement =
        try params.parts?.replacement.map(open.token)
        ?? (hidesWords ? open.token(.text(" ")) : 0)
      let occlusion = Occlusion(
        context: open.context, pictures: open.pictures, target: attribution.question.target,
        replacement: replacement,
        cancellation: Cancellation(call))
      (result.byPart, result.identity) = try shares(
        of: parts, by: occlusion, value: try open.context.value(of: attribution.question.target),
        progress: progress)
    }
  }

  private static func shares(
    of parts: [Occlusion.Part], by occlusion: Occlusion, value: Float, progress: (Double) -> Void
  ) throws -> ([PartScore], Identity) {
    var shares: [PartScore] = []
    for part in parts {
      shares.append(
        PartScore(
          part: part.name, score: Double(value - (try occlusion.value(hiding: [part])))))
      progress(Double(shares.count) / Double(parts.count + 1))
    }
    let start =
      parts.count == 1
      ? Double(value) - shares[0].score : Double(try occlusion.value(hiding: parts))
    progress(1)
    let together = Double(value) - start
    return (
      shares,
      Identity(
        method: .occlusion, target: Double(value), start: start, features: together,
        interaction: together - shares.reduce(0) { $0 + $1.score }, gap: 0,
        runs: parts.count == 1 ? 1 : parts.count + 1)
    )
  }

  // MARK: The result

  private static func completeness(
    _ found: AttributionResult, _ number: Int, _ question: AttributionQuestion
  ) -> Completeness? {
    question.method.isOnePullback ? Completeness(found, of: number) : nil
  }

  private static func item(_ item: AttributionResult.Item, of names: AttributionNames) -> Item {
    Item(
      feature: names.feature(item.latent, of: item.autoencoder),
      sae: names.owner(of: item.latent, item.autoencoder), position: item.position,
      activation: Double(item.activation), score: Double(item.score),
      measured: item.measured.map { Double($0) })
  }

  private static func table(
    _ terms: [AttributionResult.TermScores], tokens: [Int], open: OpenContext
  ) -> TokenTable {
    TokenTable(
      tokens: terms.count == tokens.count
        ? tokens.map { Token(id: $0, text: open.text(ofToken: $0)) } : [],
      values: terms.map { Double($0.value) },
      scores: terms.map { $0.scores.map { Double($0) } })
  }
}

extension AttributionCompute.Completeness {
  /// - Parameter number: of the autoencoder in the question.
  init(_ found: AttributionResult, of number: Int) {
    let parts = found.autoencoders[number].completeness
    let bias = parts.bias + (found.isConserving ? parts.projectionBias : 0)
    let total = parts.total + (found.isConserving ? parts.projectionBias : 0)
    self.init(
      sum: parts.sum, bias: bias, skip: parts.skip == 0 ? nil : parts.skip,
      errorTerm: parts.errorTerm, bypass: parts.bypass == 0 ? nil : parts.bypass, total: total,
      remainder: Double(found.targetValue) - total)
  }
}

extension AttributionCompute.Identity {
  init(_ shares: PartShares, method: AttributionCompute.PartsMethod) {
    let found = shares.identity
    self.init(
      method: method, target: Double(found.target), start: Double(found.start),
      features: Double(found.features), interaction: Double(found.interaction),
      errorTerm: Double(found.errorTerm), bias: Double(found.bias),
      elsewhere: found.elsewhere == 0 ? nil : Double(found.elsewhere), gap: Double(found.gap),
      runs: shares.runs)
  }
}

extension AttributionCompute.Verification {
  init(_ found: Interpretation.Verification, of names: AttributionNames) {
    let agreement = found.agreement
    self.init(
      items: found.items.map { item in
        AttributionCompute.Measured(
          feature: names.feature(item.latent, of: item.autoencoder),
          sae: names.owner(of: item.latent, item.autoencoder), position: item.position,
          predicted: Double(item.predicted),
          measured: Double(item.measured), origin: .init(item.origin))
      }, n: agreement.count, pearson: agreement.pearson, spearman: agreement.spearman,
      slope: agreement.slope, wrongSigns: agreement.wrongSigns,
      signsCounted: agreement.signsCounted,
      notReliable: found.doubts.isEmpty ? nil : found.doubts.map(\.clause))
  }
}

extension AttributionCompute.Origin {
  fileprivate init(_ origin: Interpretation.Verification.Origin) {
    switch origin {
    case .strongest: self = .strongest
    case .secondMethod: self = .secondMethod
    case .random: self = .random
    }
  }
}
