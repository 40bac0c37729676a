import Explanations
import FeatureIndex
import KernelProtocol

/// What was asked about, and what was found or known of it.
struct ScoreTally {
  /// Explanations that can be scored.
  private(set) var subjects: [ScoreSubject] = []
  /// Latents whose newest revision is no explanation, and no earlier one is.
  private var uninterpretable: [Int] = []
  private var failed: [Int] = []
  /// Explanations that name no concept of the set, by id.
  private(set) var unmatched: Set<Int> = []
  /// Explanations that could not be scored, by id.
  private var unscored: Set<Int> = []
  /// Latents without an explanation that could not be measured.
  private var unmeasured: Set<Int> = []
  /// Latents that are measured without an explanation.
  var latents: [Int] = []
  private var scores: [NewScore.Subject: [String: ScoreRecord]] = [:]
  private(set) var known = 0

  init() {}

  /// - Parameter explanations: the newest revision of each latent; where that is a failed attempt,
  ///   the newest explanation before it.
  init(_ explanations: [ExplanationRecord], described: (Int) throws -> String?) rethrows {
    for record in explanations {
      switch record.state {
      case .uninterpretable: uninterpretable.append(record.latent)
      case .failed: failed.append(record.latent)
      case .explained:
        let longer = try record.refines.flatMap(described)
        subjects.append(
          ScoreSubject(
            latent: record.latent, explanation: record.id ?? 0, text: record.text,
            description: longer ?? record.text, concept: record.concept,
            evidence: record.evidence, scores: record.scores))
      }
    }
  }

  private mutating func add(_ found: NewScore) {
    scores[found.subject, default: [:]][found.score.kind] = found.score
  }

  /// Takes what a pass has found and known since it was last asked.
  /// - Returns: what is new.
  mutating func take(from pass: any ScorePass) -> [NewScore] {
    let found = pass.takeScores()
    let known = pass.takeKnownScores()
    self.known += known.count
    for score in known + found { add(score) }
    unmatched.formUnion(pass.unmatched)
    unscored.formUnion(pass.failed.keys)
    unmeasured.formUnion(pass.failedLatents.keys)
    return found
  }

  private func group(of subject: ScoreSubject, isScored: Bool) -> ScoreTable.Group {
    if isScored { return .explained(concept: subject.concept) }
    if unscored.contains(subject.explanation) { return .failed }
    if unmatched.contains(subject.explanation) { return .unmatched }
    return .explained(concept: subject.concept)
  }

  func result(kinds: [String], seconds: Double) -> ExplanationScore.Scored {
    func entry(_ group: ScoreTable.Group, _ found: [String: ScoreRecord]) -> ScoreTable.Entry {
      .init(group: group, scores: found.mapValues { .init($0) })
    }
    var entries = subjects.map { subject in
      let found = scores[.explanation(subject.explanation)] ?? [:]
      return entry(group(of: subject, isScored: !found.isEmpty), found)
    }
    entries += uninterpretable.map { _ in entry(.uninterpretable, [:]) }
    entries += failed.map { _ in entry(.failed, [:]) }
    let table = ScoreTable(entries, kinds: kinds)
    // What needs no explanation is a mean over latents, whatever is told of them.
    let bare = ScoreTable(
      latents.map { entry(.explained(concept: nil), scores[.latent($0)] ?? [:]) }, kinds: kinds)
    func count(_ group: ScoreTable.Group) -> Int { entries.count { $0.group == group } }
    return .init(
      scored: entries.count - count(.uninterpretable) - count(.failed) - count(.unmatched),
      uninterpretable: count(.uninterpretable), failed: count(.failed) + unmeasured.count,
      unmatched: count(.unmatched), known: known,
      means: (table.total.means + bare.total.means).map { .init($0) },
      rows: table.rows.map { row in
        .init(concept: row.name, count: row.count, means: row.means.map { .init($0) })
      }, seconds: seconds)
  }
}

extension ExplanationScore.Mean {
  init(_ mean: ScoreTable.Mean) {
    self.init(
      kind: mean.kind, value: mean.value, baseline: mean.baseline, overAll: mean.overAll,
      count: mean.count)
  }
}
