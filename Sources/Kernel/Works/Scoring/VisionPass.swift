import Explanations
import FeatureIndex
import FoundationEssentials
import Images
import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Tensors
import VisionWorkers

/// Scores by other people's models: the overlap of activations with masks of what the explanation
/// names, the likeness of explanation and pictures, the likeness of a latent's pictures.
final class VisionPass: ScorePass {
  typealias Params = KernelProtocol.ExplanationScore.Params

  /// What the pass is about.
  struct Question {
    var subjects: [ScoreSubject]
    /// Latents whose monosemanticity is measured.
    var latents: [Int]
    var scorers: [KernelProtocol.ExplanationScore.Scorer]
  }

  private enum Phase {
    case starting
    /// Vectors of the pool's pictures, so many of which are there.
    case embedding(VisionScorers)
    case explanations(VisionScorers, next: Int)
    case latents(VisionScorers, next: Int)
  }

  private let worker: VisionWorker
  private let question: Question
  private let params: Params
  private let store: FeatureIndexStore
  private let pool: PicturePool
  private let limits: PictureLimits
  private var phase = Phase.starting
  private var found: [NewScore] = []
  private var known: [NewScore] = []
  private(set) var failed: [Int: String] = [:]
  private var lines = RepeatedLines()
  private var done = 0
  private let start = ContinuousClock.now

  init(
    _ question: Question, params: Params, store: FeatureIndexStore, pool: PicturePool,
    worker: VisionWorker, limits: PictureLimits
  ) {
    self.question = question
    self.params = params
    self.store = store
    self.pool = pool
    self.worker = worker
    self.limits = limits
  }

  func takeScores() -> [NewScore] {
    defer { found = [] }
    return found
  }

  func takeKnownScores() -> [NewScore] {
    defer { known = [] }
    return known
  }

  var progress: Job.Progress? {
    let total =
      question.subjects.count + question.latents.count
      + (measuresVectors ? pool.members.count : 0)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done) / seconds : 0
    return Job.Progress(
      done: done, total: total, rate: rate,
      remainingSeconds: rate > 0 ? Double(total - done) / rate : nil,
      message: "asking the vision worker", metrics: ["failed": Double(failed.count)])
  }

  private var measuresVectors: Bool {
    question.scorers.contains(.clip) || question.scorers.contains(.monosemanticity)
  }

  func next(_ tools: JobTools) -> JobTask<Engine, ScorePassOutcome> {
    .ownThread { [self] in
      do { return try step(tools) } catch let error as VisionError {
        switch error {
        case .cannotDo, .changed: throw error
        default: return .pause(error.description)
        }
      }
    }
  }

  private func step(_ tools: JobTools) throws -> ScorePassOutcome {
    let cancellation = tools.cancellation
    let isStopped = { cancellation.isCancelled }
    switch phase {
    case .starting:
      let facts = try worker.facts(isStopped: isStopped)
      let scorers = try VisionScorers(
        params, facts: facts, store: store, pool: pool, worker: worker, limits: limits,
        isStopped: isStopped)
      for method in scorers.methods(for: question.scorers) where !facts.methods.contains(method) {
        throw VisionError.cannotDo(method: method, worker: facts.name)
      }
      phase = measuresVectors ? .embedding(scorers) : .explanations(scorers, next: 0)
    case .embedding(let scorers):
      done = try scorers.embedPool()
      guard scorers.isPoolEmbedded else { break }
      if let error = scorers.poolErrors.last {
        tools.log(
          "\(scorers.poolErrors.count) of \(pool.members.count) random pictures have no vector and "
            + "are left out, the last: \(error)")
      }
      phase = .explanations(scorers, next: 0)
    case .explanations(let scorers, let next):
      guard next < question.subjects.count else {
        phase = .latents(scorers, next: 0)
        break
      }
      try measure(question.subjects[next], scorers, tools)
      done += 1
      phase = .explanations(scorers, next: next + 1)
    case .latents(let scorers, let next):
      guard next < question.latents.count else {
        lines.finish(tools)
        return .done
      }
      try measure(latent: question.latents[next], scorers)
      done += 1
      phase = .latents(scorers, next: next + 1)
    }
    return .more
  }

  private func measure(
    _ subject: ScoreSubject, _ scorers: VisionScorers, _ tools: JobTools
  ) throws {
    let about = NewScore.Subject.explanation(subject.explanation)
    var best: (pictures: [ScoredPicture], missing: [String])?
    for scorer in question.scorers where scorer == .iou || scorer == .clip {
      let settings = scorers.settings(of: scorer)
      if params.again != true, let score = settings.known(scorer.rawValue, among: subject.scores) {
        known.append(NewScore(subject: about, score: score))
        continue
      }
      let pictures =
        try best
        ?? store.bestPictures(
          ofLatent: subject.latent, view: scorers.view, ranking: scorers.ranking,
          count: scorers.exemplars, limits: limits)
      best = pictures
      guard !pictures.pictures.isEmpty else {
        let view = "the view \(scorers.view.name)"
        let (what, reason) =
          pictures.missing.isEmpty
          ? ("active on no picture in \(view)", nil)
          : ("no picture can be shown in \(view)", pictures.missing.first)
        failed[subject.explanation] = reason ?? what
        lines.tell(what, of: subject.latent, more: reason, to: tools)
        return
      }
      let measured =
        scorer == .iou
        ? try scorers.overlap(subject, on: pictures.pictures)
        : try scorers.likeness(subject, on: pictures.pictures)
      switch measured {
      case .success(let measured):
        add(measured, scorer.rawValue, about, try settings.details(measured.details))
        if let error = measured.errors.last {
          lines.tell(
            "some pictures have no answer of the worker", of: subject.latent, by: scorer.rawValue,
            more: "\(measured.errors.count), the last: \(error)", to: tools)
        }
      case .failure(let error):
        failed[subject.explanation] = error.description
        lines.tell("\(error)", of: subject.latent, by: scorer.rawValue, to: tools)
      }
    }
  }

  private func measure(latent: Int, _ scorers: VisionScorers) throws {
    let kind = KernelProtocol.ExplanationScore.Scorer.monosemanticity
    let settings = scorers.settings(of: kind)
    if params.again != true,
      let score = settings.known(kind.rawValue, among: try store.scores(ofLatent: latent))
    {
      known.append(NewScore(subject: .latent(latent), score: score))
    } else if let measured = scorers.monosemanticity(ofLatent: latent) {
      add(measured, kind.rawValue, .latent(latent), try settings.details(measured.details))
    }
  }

  private func add(
    _ measured: VisionScorers.Measured, _ kind: String, _ subject: NewScore.Subject,
    _ details: String
  ) {
    found.append(
      NewScore(
        subject: subject,
        score: ScoreRecord(
          kind: kind, value: measured.value, baseline: measured.baseline, count: measured.count,
          details: details, created: Date.now.timeIntervalSince1970)))
  }
}
