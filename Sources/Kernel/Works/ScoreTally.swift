import Explanations
import FeatureIndex
import JSON
import KernelProtocol

/// What scoring found so far.
struct ScoreTally {
  var scored = 0
  var uninterpretable = 0
  var failed = 0
  var unmatched = 0
  var scores: [(explanation: Int, score: ScoreRecord)] = []

  mutating func add(
    _ found: MeasuredExplanation, kind: String, explanation: Int, created: Double
  ) throws {
    let details = JSONValue.object(JSONObject(found.details.mapValues { .number($0) }))
    scores.append(
      (
        explanation,
        ScoreRecord(
          kind: kind, value: found.value, baseline: found.baseline, count: found.count,
          details: String(decoding: try details.bytes(), as: UTF8.self), created: created)
      ))
  }

  func result(kinds: [String]) -> KernelProtocol.ExplanationScore.Scored {
    let all = Double(max(1, scored + uninterpretable + failed + unmatched))
    return .init(
      scored: scored, uninterpretable: uninterpretable, failed: failed, unmatched: unmatched,
      means: kinds.compactMap { kind in
        let found = scores.filter { $0.score.kind == kind }.map(\.score)
        guard !found.isEmpty else { return nil }
        let sum = found.reduce(0) { $0 + $1.value }
        let baselines = found.compactMap(\.baseline)
        return .init(
          kind: kind, value: sum / Double(found.count),
          baseline: baselines.isEmpty
            ? nil : baselines.reduce(0, +) / Double(baselines.count), overAll: sum / all)
      })
  }
}
