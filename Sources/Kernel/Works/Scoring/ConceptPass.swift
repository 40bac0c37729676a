import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import Jobs
import KernelProtocol
import Tensors

/// Scores explanations by the concept that each names, on a concept set's pictures and masks.
final class ConceptPass: ScorePass {
  private let run: ConceptRun
  private let scorers: [any ExplanationScorer]
  private let subjects: [ScoreSubject]
  private var maps: ConceptMaps?
  private var found: [NewScore] = []
  /// Explanations that name no concept of the set, by id.
  private(set) var unmatched: Set<Int> = []

  init(_ run: ConceptRun, scorers: [any ExplanationScorer], subjects: [ScoreSubject]) {
    self.run = run
    self.scorers = scorers
    self.subjects = subjects
  }

  var progress: Job.Progress? { run.progress }
  func stop() {}

  func takeScores() -> [NewScore] {
    defer { found = [] }
    return found
  }

  func next(_ tools: JobTools) -> JobTask<Engine, ScorePassOutcome> {
    guard let maps else {
      return .engine { [self] engine in
        maps = try run.step(engine: engine, cancellation: tools.cancellation)
        return .more
      }
    }
    return .ownThread { [self] in
      for subject in subjects {
        try tools.cancellation.check()
        try score(subject, on: maps)
      }
      return .done
    }
  }

  private func score(_ subject: ScoreSubject, on maps: ConceptMaps) throws {
    guard let concept = maps.set.concept(namedBy: subject.text) else {
      unmatched.insert(subject.explanation)
      return
    }
    let scored = ScoredExplanation(
      latent: subject.latent, concept: concept,
      wasChosenHere: subject.evidence.contains("concepts:\(run.digest)"))
    let created = Date.now.timeIntervalSince1970
    for scorer in scorers {
      guard let measured = scorer.score(scored, on: maps) else { continue }
      let details = JSONValue.object(
        JSONObject(measured.details.mapValues { .number($0) }))
      found.append(
        NewScore(
          subject: .explanation(subject.explanation),
          score: ScoreRecord(
            kind: scorer.kind, value: measured.value, baseline: measured.baseline,
            count: measured.count, details: String(decoding: try details.bytes(), as: UTF8.self),
            created: created)))
    }
  }
}
