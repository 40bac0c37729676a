import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Tensors

extension KernelProtocol.ExplanationScore: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.index)
    return try ScoreJob(params)
  }
}

/// `explanation/score` as a job.
final class ScoreJob: JobWork {
  private let params: KernelProtocol.ExplanationScore.Params
  private let run: ConceptRun
  private let path: String
  private var phase = Phase.identifying
  /// When another job that holds the index is waited for no longer.
  private var deadline: ContinuousClock.Instant?

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

  func next(_ tools: JobTools) -> JobStep<Engine> {
    switch phase {
    case .identifying:
      .engine { [self] engine in
        phase = .opening(try engine.identity(ofAutoencoder: params.sae))
        return .more
      }
    case .opening(let identity):
      .ownThread { [self] in
        phase = .running(try IndexAccess.reading(path, builtFor: identity, tools))
        return .more
      }
    case .running(let store):
      .engine { [self] engine in
        let maps = try run.step(engine: engine, cancellation: tools.cancellation)
        if let maps { phase = .scoring(store, maps) }
        return .more
      }
    case .scoring(let store, let maps):
      .ownThread { [self] in
        let cancellation = tools.cancellation
        let wanted = try FeatureIndexStore.stopping(
          when: { cancellation.isCancelled }, { try explanations(of: store) })
        phase = .writing(try score(wanted, on: maps))
        return .more
      }
    case .writing(let tally):
      .ownThread { [self] in
        let refusal = try IndexAccess.writeForJob(to: path, deadline: &deadline) {
          try $0.put(scores: tally.scores)
        }
        return try refusal
          ?? .done(JSONValue(encoding: tally.result(kinds: scorers.map(\.kind))))
      }
    }
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

  /// The newest revision of each latent; where that is a failed attempt, the newest explanation
  /// before it.
  private func explanations(of store: FeatureIndexStore) throws -> [ExplanationRecord] {
    let wanted = try params.features.map {
      let view = params.view.map { IndexView($0) } ?? store.options.lastPictureView ?? .text
      return Set(try $0.latents(in: store, view: view))
    }
    return try store.newestExplanations(limit: store.identity.latentCount)
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
