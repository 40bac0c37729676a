import Interpretation
package import JSONRPC
package import KernelProtocol
import SystemReasons
import Tensors

extension AttributionCompare: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let started = ContinuousClock.now
    let open = try engine.context(params)
    let other = try engine.context(named: params.other)
    guard open.modelName == other.modelName else {
      throw KernelError.unsupported(
        "the context \(quoted(open.name)) belongs to the model \(quoted(open.modelName)), "
          + "\(quoted(other.name)) to \(quoted(other.modelName)): features of two models cannot be "
          + "compared"
      )
    }
    guard open.name != other.name else {
      throw KernelError.unsupported(
        "the context \(quoted(open.name)) is compared with itself: name another one")
    }
    let autoencoder = try engine.autoencoder(named: params.sae, for: open)
    let resolved = try open.resolve(params.target)
    // A baseline that was left open is found once: both contexts are asked the same.
    let counterpart = try other.resolve(params.target.completed(by: resolved))
    for context in [open, other] {
      try engine.reserveRun(
        of: context, autoencoder: autoencoder, extraTokens: resolved.target.continuation.count,
        savesForPullback: true)
    }
    let found = try FeatureComparison(
      (open.context, other.context), targets: (resolved.target, counterpart.target),
      autoencoder: autoencoder, count: params.topK ?? 10,
      progress: { call.report(title: "Comparing", fraction: $0) },
      cancellation: Cancellation(call))()
    var result = Result(
      target: AttributionCompute.TargetValue(resolved, value: found.first, in: open),
      other: Double(found.second), difference: Double(found.first) - Double(found.second),
      items: found.items.map { Item($0, sae: autoencoder.name) },
      together: Patched(
        intoContext: Double(found.allIntoFirst), intoOther: Double(found.allIntoSecond)),
      aligned: Aligned(
        pairs: found.alignment.pairs.count, onlyInContext: found.alignment.onlyFirst.count,
        onlyInOther: found.alignment.onlySecond.count),
      agreement: Agreement(found.agreement),
      explanation: AttributionCompute.Explanation(title: resolved.title, sentences: []),
      elapsed: 0)
    result.explanation.sentences =
      ComparisonSentences(result: result, differing: found.differing).sentences
    result.elapsed = (ContinuousClock.now - started) / .seconds(1)
    return result
  }
}

extension Target {
  /// The same with the tokens that were found for it.
  fileprivate func completed(by resolved: ResolvedTarget) -> Target {
    guard case .logitDifference(let answer, nil, let position) = self else { return self }
    return .logitDifference(
      answer: answer, baseline: resolved.baseline.map { .several($0.map(TokenSpec.id)) },
      position: position)
  }
}

extension AttributionCompare.Item {
  fileprivate init(_ item: ComparisonResult.Item, sae: String) {
    self.init(
      feature: FeatureRef(sae: sae, index: item.latent), predicted: Double(item.predicted),
      measured: AttributionCompare.Patched(
        intoContext: Double(item.intoFirst), intoOther: Double(item.intoSecond)),
      places: item.places.map {
        AttributionCompare.Place(
          position: $0.first, otherPosition: $0.second, activation: Double($0.activation),
          otherActivation: Double($0.other))
      })
  }
}

extension AttributionCompare.Agreement {
  fileprivate init(_ found: Interpretation.Agreement) {
    self.init(
      n: found.count, pearson: found.pearson, spearman: found.spearman, slope: found.slope,
      wrongSigns: found.wrongSigns, signsCounted: found.signsCounted)
  }
}
