import KernelProtocol

/// Some features set to zero, at every token of the prompt and of the answer.
struct Removal {
  let features: [FeatureRef]

  var interventions: [Intervention] {
    features.map { Intervention(op: .zero, feature: $0, generated: true) }
  }

  /// `#3, #14`.
  var names: String { features.map { "#\($0.index)" }.joined(separator: ", ") }
}

extension Interview {
  /// The target before and after features are taken out.
  func measure(
    _ removal: Removal, _ asked: Asked, target: Target
  ) throws -> AblationRun.TargetValues? {
    try kernel(
      AblationRun.self,
      AblationRun.Params(
        context: asked.context, sae: sae, interventions: removal.interventions,
        targets: [target], topK: 0)
    ).targets.first
  }

  /// What the model says without features.
  func answers(
    _ removal: Removal, _ asked: Asked, maxTokens: Int = 8,
    compareWith: [SteeringGenerate.Comparison]? = nil
  ) throws -> SteeringGenerate.Result {
    try kernel(
      SteeringGenerate.self,
      SteeringGenerate.Params(
        context: asked.context, sae: sae, interventions: removal.interventions,
        maxTokens: maxTokens,
        compareWith: compareWith))
  }
}
