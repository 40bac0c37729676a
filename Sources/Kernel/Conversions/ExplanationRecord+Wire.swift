import FeatureIndex
import FoundationEssentials
import JSON
import KernelProtocol

extension Explanation {
  init(_ record: ExplanationRecord, withRecord: Bool = false) {
    self.init(
      id: record.id ?? 0, latent: record.latent, revision: record.revision,
      state: ExplanationState(rawValue: record.state.rawValue) ?? .failed, text: record.text,
      author: Author(
        kind: AuthorKind(rawValue: record.author.kind.rawValue) ?? .program,
        name: record.author.name), method: record.method, evidence: record.evidence,
      created: record.created, scores: record.scores.map { Score($0) }, concept: record.concept,
      refines: record.refines, record: withRecord ? record.record : nil)
  }
}

extension Explanation.Score {
  init(_ score: ScoreRecord) {
    self.init(
      kind: score.kind, value: score.value, baseline: score.baseline, count: score.count,
      details: score.details.flatMap { try? JSONValue(parsing: Array($0.utf8)) },
      created: score.created)
  }
}

extension ExplanationRecord.State {
  init(_ state: ExplanationState) {
    self =
      switch state {
      case .explained: .explained
      case .uninterpretable: .uninterpretable
      case .failed: .failed
      }
  }
}

extension ExplanationAuthor {
  init(_ author: Explanation.Author) {
    let kind: Kind =
      switch author.kind {
      case .human: .human
      case .program: .program
      case .model: .model
      }
    self.init(kind: kind, name: author.name)
  }
}
