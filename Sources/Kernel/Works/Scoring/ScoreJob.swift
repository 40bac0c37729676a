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
    return try ScoreJob(params, settings)
  }
}

/// `explanation/score` as a job: its passes one after the other, what each finds into the index.
final class ScoreJob: JobWork {
  /// Scores that wait to be written before nothing more is measured.
  private static let unwrittenLimit = 64

  private let params: KernelProtocol.ExplanationScore.Params
  private let settings: JobSettings
  private let plan: ScorePlan
  private let concepts: ConceptRun?
  private let judge: (any Asker)?
  private let path: String
  private var phase = Phase.identifying
  private var tally = ScoreTally()
  private var unwritten: [NewScore] = []
  /// When another job that holds the index is waited for no longer.
  private var deadline: ContinuousClock.Instant?
  private let start = ContinuousClock.now

  private enum Phase {
    /// The engine says what the index must have been built for.
    case identifying
    case opening(IndexIdentity)
    /// Random pictures run on the engine.
    case running(ScorePool, FeatureIndexStore)
    /// The pass that is under way, and those behind it.
    case measuring(any ScorePass, rest: ArraySlice<any ScorePass>)
    case done
  }

  init(_ params: KernelProtocol.ExplanationScore.Params, _ settings: JobSettings) throws {
    self.params = params
    self.settings = settings
    plan = try ScorePlan(params, hasVision: settings.vision != nil)
    path = try FilePath(params.index).path
    concepts = try params.concepts.map {
      try ConceptRun(concepts: $0, sae: params.sae, view: params.view, prompt: params.prompt)
    }
    judge = try params.judge?.asker(
      AskerOptions(
        role: "judge", request: KernelProtocol.ExplanationScore.method, done: "scored",
        maxTokens: params.maxTokens, concurrency: params.concurrency,
        requestSeconds: params.requestSeconds, tries: params.tries, key: settings.explainerKey))
  }

  var progress: Job.Progress? {
    switch phase {
    case .running(let pool, _): pool.progress
    case .measuring(let pass, _): pass.progress
    case .identifying, .opening, .done: nil
    }
  }

  /// Writing may wait for another job.
  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in
      if case .measuring(let pass, _) = phase {
        pass.stop()
        unwritten += pass.takeScores()
      }
      guard !unwritten.isEmpty else { return }
      try IndexAccess.write(to: path, waiting: 5) { try $0.put(scores: unwritten) }
      unwritten = []
    }
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    switch phase {
    case .identifying:
      .engine { [self] engine in
        phase = .opening(try engine.identity(ofAutoencoder: params.sae))
        return .more
      }
    case .opening(let identity):
      .ownThread { [self] in
        let store = try IndexAccess.reading(path, builtFor: identity, tools)
        try IndexAccess.untilStopped(tools) {
          tally = try ScoreTally(explanations(of: store)) {
            try store.explanation(id: $0)?.text
          }
          if plan.needsPool {
            phase = .running(
              try ScorePool(
                params, view: try view(in: store), store: store,
                cancellation: tools.cancellation), store)
          } else {
            begin(try passes(store, pool: nil)[...])
          }
        }
        return .more
      }
    case .running(let pool, let store):
      .engine { [self] engine in
        if let pool = try pool.step(engine: engine, tools: tools) {
          begin(try passes(store, pool: pool)[...])
        }
        return .more
      }
    case .measuring(let pass, let rest):
      if unwritten.count >= Self.unwrittenLimit {
        .ownThread { [self] in try write() ?? .more }
      } else {
        step(pass, rest, tools)
      }
    case .done:
      .ownThread { [self] in try write() ?? .done(JSONValue(encoding: result)) }
    }
  }

  private func begin(_ passes: ArraySlice<any ScorePass>) {
    phase = passes.first.map { .measuring($0, rest: passes.dropFirst()) } ?? .done
  }

  private func step(
    _ pass: any ScorePass, _ rest: ArraySlice<any ScorePass>, _ tools: JobTools
  ) -> JobStep<Engine> {
    func take(_ outcome: ScorePassOutcome) -> StepOutcome {
      unwritten += tally.take(from: pass)
      switch outcome {
      case .more: return .more
      case .waiting: return .waiting
      case .pause(let reason): return .pause(reason)
      case .done:
        begin(rest)
        return .more
      }
    }
    return switch pass.next(tools) {
    case .engine(let body): .engine { take(try body($0)) }
    case .ownThread(let body): .ownThread { take(try body()) }
    }
  }

  private func passes(_ store: FeatureIndexStore, pool: PicturePool?) throws -> [any ScorePass] {
    var passes: [any ScorePass] = []
    if let concepts, !plan.byConcepts.isEmpty {
      passes.append(
        try ConceptPass(
          concepts, scorers: conceptScorers, subjects: tally.subjects, params: params))
    }
    if let pool, plan.measuresLatents { tally.latents = try latents(of: store, seenOn: pool) }
    if let pool, let worker = settings.vision, !plan.byVision.isEmpty {
      passes.append(
        VisionPass(
          .init(
            subjects: tally.subjects, latents: tally.latents, scorers: plan.byVision),
          params: params, store: store, pool: pool, worker: worker,
          limits: settings.pictureLimits))
    }
    if let pool, let judge, !plan.byJudge.isEmpty {
      passes.append(
        JudgePass(
          .init(subjects: tally.subjects, latents: tally.latents, scorers: plan.byJudge),
          params: params, store: store, path: path, pool: pool, judge: judge,
          limits: settings.pictureLimits))
    }
    return passes
  }

  /// The view of pictures that exemplars and random pictures are looked at in.
  private func view(in store: FeatureIndexStore) throws -> IndexView {
    let view = params.view.map { IndexView($0) } ?? store.options.firstView
    guard view != .text, store.options.views.contains(view) else {
      let known = store.options.views.filter { $0 != .text }.map(\.name)
      throw DomainError(
        .unsupportedTarget,
        "explanations of what is seen are scored in a view of pictures, and the view is "
          + "\(view.name): expected "
          + (known.isEmpty ? "an index of pictures" : known.joined(separator: " or ")))
    }
    return view
  }

  /// Latents that are measured without an explanation: those that were asked for, else all that are
  /// active on a random picture.
  private func latents(of store: FeatureIndexStore, seenOn pool: PicturePool) throws -> [Int] {
    try params.features?.latents(in: store, view: pool.view)
      ?? (0..<pool.activations.latentCount).filter(pool.activations.isActive)
  }

  private var conceptScorers: [any ExplanationScorer] {
    plan.byConcepts.compactMap { scorer in
      switch scorer {
      case .iou:
        MaskOverlapScorer(
          exemplars: params.exemplars ?? 5, trials: params.trials ?? 10,
          seed: UInt64(params.seed ?? 0))
      case .auc: PresenceScorer()
      case .clip, .consistency, .detection, .fuzz, .intruder, .monosemanticity: nil
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

  private func write() throws -> StepOutcome? {
    guard !unwritten.isEmpty else { return nil }
    let refusal = try IndexAccess.writeForJob(to: path, deadline: &deadline) {
      try $0.put(scores: unwritten)
    }
    guard refusal == nil else { return refusal }
    (unwritten, deadline) = ([], nil)
    return nil
  }

  private var result: KernelProtocol.ExplanationScore.Scored {
    tally.result(
      kinds: plan.scorers.map(\.rawValue), seconds: (ContinuousClock.now - start) / .seconds(1))
  }
}

extension FeatureIndexStore {
  /// Adds scores to what they are of; all of them or none.
  func put(scores: [NewScore]) throws(FeatureIndexError) {
    var ofExplanations: [(explanation: Int, score: ScoreRecord)] = []
    var ofLatents: [(latent: Int, score: ScoreRecord)] = []
    for found in scores {
      switch found.subject {
      case .explanation(let id): ofExplanations.append((id, found.score))
      case .latent(let latent): ofLatents.append((latent, found.score))
      }
    }
    try put(scores: ofExplanations, latentScores: ofLatents)
  }
}
