import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Tensors

/// Scores explanations by the concept that each names, on a concept set's pictures and masks.
final class ConceptPass: ScorePass {
  private let run: ConceptRun
  private let scorers: [any ExplanationScorer]
  private let subjects: [ScoreSubject]
  private let settings: ScoreSettings
  private let again: Bool
  private var maps: ConceptMaps?
  private var found: [NewScore] = []
  private var known: [NewScore] = []
  /// Explanations that name no concept of the set, by id.
  private(set) var unmatched: Set<Int> = []

  init(
    _ run: ConceptRun, scorers: [any ExplanationScorer], subjects: [ScoreSubject],
    params: KernelProtocol.ExplanationScore.Params
  ) throws {
    self.run = run
    self.scorers = scorers
    self.subjects = subjects
    again = params.again == true
    settings = ScoreSettings([
      "concepts": .string(run.digest), "view": params.view.map { .string($0) },
      "prompt": try params.prompt.map { try JSONValue(encoding: $0) },
      "exemplars": .integer(Int64(params.exemplars ?? 5)),
      "trials": .integer(Int64(params.trials ?? 10)), "seed": .integer(Int64(params.seed ?? 0)),
    ])
  }

  var progress: Job.Progress? { run.progress }

  func takeScores() -> [NewScore] {
    defer { found = [] }
    return found
  }

  func takeKnownScores() -> [NewScore] {
    defer { known = [] }
    return known
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
      let about = NewScore.Subject.explanation(subject.explanation)
      if !again, let score = settings.known(scorer.kind, among: subject.scores) {
        known.append(NewScore(subject: about, score: score))
        continue
      }
      guard let measured = scorer.score(scored, on: maps) else { continue }
      let details = try settings.details(JSONObject(measured.details.mapValues { .number($0) }))
      found.append(
        NewScore(
          subject: about,
          score: ScoreRecord(
            kind: scorer.kind, value: measured.value, baseline: measured.baseline,
            count: measured.count, details: details, created: created)))
    }
  }
}
