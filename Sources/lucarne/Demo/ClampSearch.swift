import KernelProtocol

/// The clamp that turns the answer on one picture and spoils least on others.
///
/// It is chosen by trying: every listed set of features at every listed multiple and place, on the
/// picture of the story alone. Those that turn its answer are tried on calibration questions to which
/// the same answer is right and given, lest the clamp merely say no to everything. Of those that keep
/// nine in ten of these, or else of those that keep most, the one that turns the story's answer furthest
/// is taken.
struct ClampSearch {
  static let multiples: [Double] = [0, 0.5, 1, 2, 4]
  /// The best features, each alone and together.
  static let singles = 8
  static let groups = [2, 4, 8]
  /// The share of the calibration answers that a clamp should keep.
  static let leastKept = 0.9

  /// Clamps tried on the story's picture.
  let tried: Int
  let turned: Int
  /// The one chosen; none where no clamp turned the answer.
  let clamp: Clamp?
  /// What the search for words found of its features.
  let chosen: [WordFeature]
  /// Of the calibration questions, how many the chosen clamp keeps.
  let kept: Int
  let calibrationCount: Int
  /// logit(answer) − logit(other) for the model, the reconstruction and the clamp.
  let difference: AblationRun.TargetValues?

  init(
    _ explanation: Explanation, words: WordFeatures, calibration: [Asked], interview: Interview
  ) throws {
    let candidates = Self.candidates(Array(words.features.prefix(Self.singles)))
    func values(_ clamp: Clamp, _ asked: Asked) throws -> AblationRun.TargetValues? {
      try interview.difference(
        clamp, asked, answer: explanation.answer.id, other: explanation.other.id)
    }
    let outcomes = try candidates.compactMap { clamp in
      try values(clamp, explanation.asked).map { (clamp: clamp, values: $0) }
    }
    let turning = outcomes.filter { $0.values.after < 0 }
    tried = outcomes.count
    turned = turning.count
    calibrationCount = calibration.count
    var finalists: [(outcome: Outcome, kept: Int)] = []
    for outcome in turning {
      let kept = try calibration.count { try (values(outcome.clamp, $0)?.after ?? 0) > 0 }
      finalists.append((outcome, kept))
    }
    let most = finalists.map(\.kept).max() ?? 0
    let enough = min(most, Int(Self.leastKept * Double(calibration.count)))
    let best = finalists.filter { $0.kept >= enough }
      .min { $0.outcome.values.after < $1.outcome.values.after }
    clamp = best?.outcome.clamp
    let indices = Set((clamp?.features ?? []).map(\.index))
    chosen = words.features.filter { indices.contains($0.feature.index) }
    kept = best?.kept ?? 0
    difference = best?.outcome.values
  }

  private typealias Outcome = (clamp: Clamp, values: AblationRun.TargetValues)

  private static func candidates(_ features: [WordFeature]) -> [Clamp] {
    let sets =
      features.map { [$0] }
      + groups.filter { $0 <= features.count }.map { Array(features.prefix($0)) }
    return multiples.flatMap { multiple in
      Clamp.Place.allCases.flatMap { place in
        sets.map { set in
          Clamp(
            features: set.map(\.feature), values: set.map { $0.peak * multiple },
            multiple: multiple, place: place)
        }
      }
    }
  }
}

extension Interview {
  /// logit(answer) − logit(other) before and after a clamp.
  func difference(
    _ clamp: Clamp, _ asked: Asked, answer: Int, other: Int
  ) throws -> AblationRun.TargetValues? {
    try kernel(
      AblationRun.self,
      AblationRun.Params(
        context: asked.context, sae: sae, interventions: clamp.interventions,
        targets: [.logitDifference(answer: .id(answer), baseline: .id(other), position: nil)],
        topK: 0)
    ).targets.first
  }

  /// What the model says under a clamp.
  func steered(
    _ clamp: Clamp, _ asked: Asked, compareWith: [SteeringGenerate.Comparison]? = nil
  ) throws -> SteeringGenerate.Result {
    try kernel(
      SteeringGenerate.self,
      SteeringGenerate.Params(
        context: asked.context, sae: sae, interventions: clamp.interventions, maxTokens: 8,
        compareWith: compareWith))
  }
}
