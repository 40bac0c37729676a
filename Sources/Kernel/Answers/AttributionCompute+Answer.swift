import Interpretation
internal import JSON
import JSONRPC
import KernelProtocol
import Tensors

extension AttributionCompute: EngineAnswerable {
  private static let defaultSteps = 16

  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let started = ContinuousClock.now
    let open = try engine.context(params)
    let feature = try engine.autoencoder(named: params.sae, for: open)
    let question = try question(params, open: open)
    try engine.reserveRun(
      of: open, feature: feature, extraTokens: question.target.continuation.count,
      savesForPullback: true)
    let attribution = try Attribution(
      question, of: open.context, feature: feature,
      progress: { call.report(title: "Attributing", fraction: $0) },
      cancellation: Cancellation(call))
    let found = try attribution()
    var items = found.items.map { item($0, feature: feature.name) }
    if question.aggregate == .part {
      items = found.byPart.map { Item(part: $0.part, score: Double($0.score)) }
        .sorted { $0.score > $1.score }
    }
    if call.wantsPartialResults {
      call.stream(try items.map { try JSONValue(encoding: $0) })
      items = []
    }
    return Result(
      target: TargetValue(value: Double(found.targetValue)), items: items,
      byPart: found.byPart.map { PartScore(part: $0.part, score: Double($0.score)) },
      completeness: Completeness(
        sum: found.completeness.sum, bias: found.completeness.bias,
        errorTerm: found.completeness.errorTerm, total: found.completeness.total),
      verification: found.verification.map { verification($0, feature: feature.name) },
      renderings: try params.render.map { try AttributionRendering(open, found).drawn($0) },
      method: params.method, splice: KernelProtocol.Splice(question.splice),
      elapsed: (ContinuousClock.now - started) / .seconds(1),
      coverage: found.measured.flatMap { measured in
        found.candidates.map { Coverage(measured: measured, candidates: $0) }
      }, endpointDifference: found.endpointDifference.map { Double($0) })
  }

  private static func question(
    _ params: Params, open: OpenContext
  ) throws -> AttributionQuestion {
    let method: AttributionQuestion.Method =
      switch params.method {
      case .gradient: .gradient
      case .integratedGradients: .integratedGradients(steps: params.steps ?? defaultSteps)
      case .ablation: .ablation
      }
    let aggregate: AttributionQuestion.Aggregate =
      switch params.aggregate {
      case nil, .some(.none): .none
      case .feature: .feature
      case .token: .token
      case .part: .part
      }
    return AttributionQuestion(
      target: try open.target(params.target), method: method,
      positions: try open.context.positions(of: params.region.map { [ContextRegion($0)] }),
      topK: params.topK ?? 20, aggregate: aggregate,
      splice: Interpretation.Splice(params.splice), verify: params.verify ?? 0)
  }

  private static func item(_ item: AttributionResult.Item, feature: String) -> Item {
    Item(
      feature: item.latent.map { FeatureRef(sae: feature, index: $0) }, position: item.position,
      activation: Double(item.activation), score: Double(item.score))
  }

  private static func verification(
    _ found: AttributionResult.Verification, feature: String
  ) -> Verification {
    Verification(
      items: found.items.map {
        Measured(
          feature: FeatureRef(sae: feature, index: $0.latent), position: $0.position,
          predicted: Double($0.predicted), measured: Double($0.measured))
      }, pearson: found.pearson)
  }
}
