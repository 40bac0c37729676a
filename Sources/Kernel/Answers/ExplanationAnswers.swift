import FeatureIndex
import FoundationEssentials
import JSON
import JSONRPC
import KernelProtocol

extension ExplanationPut: ShelfAnswerable {
  static let textLimit = 64 << 10

  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let state = params.state ?? .explained
    let text = params.text ?? ""
    guard text.isEmpty == (state == .uninterpretable) else {
      throw DomainError(
        .unsupportedTarget,
        state == .uninterpretable
          ? "an uninterpretable latent has no text" : "an explanation has a text")
    }
    guard text.utf8.count <= textLimit, params.author.name.utf8.count <= 1024,
      (params.method ?? "").utf8.count <= 1024, (params.evidence ?? []).count <= 10_000
    else {
      throw DomainError(
        .unsupportedTarget,
        "an explanation has at most \(textLimit) bytes of text, 1024 of names, 10,000 evidences")
    }
    let store = try IndexAccess.writing(params.index, shelf)
    try store.check([params.latent])
    let record = ExplanationRecord(
      latent: params.latent, state: .init(state), text: text,
      author: .init(params.author), method: params.method ?? "manual",
      evidence: params.evidence ?? [], created: Date.now.timeIntervalSince1970)
    let put = try IndexAccess.write(to: store.path) { try $0.put([record]) }
    var told = Explanation(put[0])
    told.path = store.path
    return told
  }
}

extension ExplanationGet: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, shelf)
    try store.check([params.latent])
    return Result(
      items: try store.explanations(ofLatent: params.latent).map {
        Explanation($0, withRecord: params.records ?? false)
      }, label: try store.labels(of: [params.latent])[params.latent])
  }
}

extension ExplanationList: ShelfAnswerable {
  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try IndexAccess.reading(params.index, shelf)
    let state = params.state.map { ExplanationRecord.State($0) }
    let found = try store.newestExplanations(
      state: state, offset: params.offset ?? 0, limit: params.limit ?? 100)
    return Result(
      items: found.map { Explanation($0) }, total: try store.explanationCount(state: state))
  }
}

// MARK: Records on the wire

extension Explanation {
  init(_ record: ExplanationRecord, withRecord: Bool = false) {
    self.init(
      id: record.id ?? 0, latent: record.latent, revision: record.revision,
      state: ExplanationState(rawValue: record.state.rawValue) ?? .failed, text: record.text,
      author: Author(
        kind: AuthorKind(rawValue: record.author.kind.rawValue) ?? .program,
        name: record.author.name), method: record.method, evidence: record.evidence,
      created: record.created,
      scores: record.scores.map { score in
        Score(
          kind: score.kind, value: score.value, baseline: score.baseline, count: score.count,
          details: score.details.flatMap { try? JSONValue(parsing: Array($0.utf8)) },
          created: score.created)
      }, record: withRecord ? record.record : nil)
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
