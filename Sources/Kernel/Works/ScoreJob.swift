import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
import KernelProtocol
import Tensors

/// `explanation/score` as a job.
final class ScoreJob: JobWork {
  private let params: KernelProtocol.ExplanationScore.Params
  private let run: ConceptRun
  private let path: String
  private var phase = Phase.identifying
  /// When another job that holds the index is waited for no longer.
  private var patienceEnds: ContinuousClock.Instant?

  private enum Phase {
    /// The engine says what the index must have been built for.
    case identifying
    case opening(IndexIdentity)
    /// Pictures run on the engine.
    case running(FeatureIndexStore)
    case scoring(FeatureIndexStore, ConceptMaps)
    case writing(ScoreTally)
  }

  init(_ params: KernelProtocol.ExplanationScore.Params) throws {
    self.params = params
    path = try FilePath(params.index).path
    run = try ConceptRun(
      concepts: params.concepts, sae: params.sae, view: params.view, prompt: params.prompt)
  }

  var progress: Job.Progress? { run.progress }

  var place: JobKind.Place? {
    switch phase {
    case .identifying, .running: .engine
    case .opening, .scoring, .writing: .ownThread
    }
  }

  func step(_ tools: JobTools) throws -> JobStep {
    switch phase {
    case .identifying:
      phase = .opening(try tools.onEngine.identity(ofAutoencoder: params.sae))
    case .opening(let identity):
      phase = .running(try IndexAccess.reading(path, builtFor: identity, tools))
    case .running(let store):
      let maps = try run.step(engine: tools.onEngine, cancellation: tools.cancellation)
      if let maps { phase = .scoring(store, maps) }
    case .scoring(let store, let maps):
      let cancellation = tools.cancellation
      let wanted = try FeatureIndexStore.stopping(
        when: { cancellation.isCancelled }, { try explanations(of: store) })
      phase = .writing(try score(wanted, on: maps))
    case .writing(let tally):
      let written = try IndexAccess.writeForJob(to: path, patienceEnds: &patienceEnds) {
        try $0.put(scores: tally.scores)
      }
      guard written == nil else { return written ?? .waiting }
      return .done(try JSONValue(encoding: tally.result(kinds: scorers.map(\.kind))))
    }
    return .more
  }

  private var scorers: [any ExplanationScorer] {
    (params.scorers ?? KernelProtocol.ExplanationScore.Scorer.allCases).map { name in
      switch name {
      case .iou:
        MaskOverlapScorer(
          exemplars: params.exemplars ?? 5, trials: params.trials ?? 10,
          seed: UInt64(params.seed ?? 0))
      case .detection: DetectionScorer()
      }
    }
  }

  /// The newest revision of each latent; where that is a failed attempt, the newest explanation before it.
  private func explanations(of store: FeatureIndexStore) throws -> [ExplanationRecord] {
    let wanted = try params.features.map {
      let view = params.view.map { IndexView($0) } ?? store.options.lastPictureView ?? .text
      return Set(try $0.latents(in: store, view: view))
    }
    return try store.newestExplanations(limit: store.identity.latents)
      .filter { wanted?.contains($0.latent) ?? true }
      .map { newest in
        guard newest.state == .failed else { return newest }
        return try store.label(ofLatent: newest.latent) ?? newest
      }
  }

  private func score(
    _ explanations: [ExplanationRecord], on maps: ConceptMaps
  ) throws -> ScoreTally {
    var tally = ScoreTally()
    let scorers = scorers
    let created = Date.now.timeIntervalSince1970
    for explanation in explanations {
      switch explanation.state {
      case .uninterpretable: tally.uninterpretable += 1
      case .failed: tally.failed += 1
      case .explained:
        guard let id = explanation.id, let concept = maps.set.concept(namedBy: explanation.text)
        else {
          tally.unmatched += 1
          continue
        }
        let subject = ScoredExplanation(
          latent: explanation.latent, concept: concept,
          wasChosenHere: explanation.evidence.contains("concepts:\(run.digest)"))
        tally.scored += 1
        for scorer in scorers {
          guard let found = scorer.score(subject, on: maps) else { continue }
          try tally.add(found, kind: scorer.kind, explanation: id, created: created)
        }
      }
    }
    return tally
  }
}

/// What scoring found so far.
private struct ScoreTally {
  var scored = 0
  var uninterpretable = 0
  var failed = 0
  var unmatched = 0
  var scores: [(explanation: Int, score: FeatureIndex.ExplanationScore)] = []

  mutating func add(
    _ found: MeasuredExplanation, kind: String, explanation: Int, created: Double
  ) throws {
    let details = JSONValue.object(JSONObject(found.details.mapValues { .number($0) }))
    scores.append(
      (
        explanation,
        FeatureIndex.ExplanationScore(
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
