import KernelProtocol

/// The search for the features without which the model answers otherwise.
///
/// Every active feature is ablated exactly. The best, and the best two, four and eight, are taken
/// out together; of those sets that turn the answer, the one that keeps most right answers of the
/// same kind on other pictures is taken, among equals the smallest.
struct RemovalSearch {
  /// How many of the best are taken out together.
  static let sizes = [1, 2, 4, 8]

  /// What one set of features does.
  struct Outcome {
    let removal: Removal
    let values: AblationRun.TargetValues
    /// Of the calibration answers; 0 where the set does not turn the answer.
    let kept: Int
    var turns: Bool { values.after < 0 }
  }

  /// Each feature's own ablation, highest fall first; those that hold the answer up only.
  let ranking: [AttributionCompute.Item]
  /// How many features were ablated, of how many that are active.
  let coverage: AttributionCompute.Coverage?
  let outcomes: [Outcome]
  let calibrationCount: Int
  /// The one chosen; none where no set turns the answer.
  let chosen: Outcome?

  /// - Parameter calibration: questions to which the same answer is right and given.
  init(_ explanation: Explanation, calibration: [Asked], interview: Interview) throws {
    let target = explanation.target
    let found = try interview.attribution(
      explanation.asked, target, method: .ablation, topK: 2 * (Self.sizes.max() ?? 1), verify: 0,
      parts: .init(method: AttributionCompute.PartsMethod.none))
    ranking = found.items.filter { $0.score > 0 }.sorted { $0.score > $1.score }
    coverage = found.coverage
    let best = ranking.compactMap(\.feature)
    outcomes = try Self.sizes.filter { $0 <= best.count }.compactMap { size in
      let removal = Removal(features: Array(best.prefix(size)))
      guard let values = try interview.measure(removal, explanation.asked, target: target) else {
        return nil
      }
      let kept =
        values.after < 0
        ? try calibration.count {
          try (interview.measure(removal, $0, target: target)?.after ?? 0) > 0
        } : 0
      return Outcome(removal: removal, values: values, kept: kept)
    }
    calibrationCount = calibration.count
    let most = outcomes.filter(\.turns).map(\.kept).max()
    chosen = outcomes.first { $0.turns && $0.kept == most }
  }
}
