import ChatCompletions
import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Tensors

extension ExplanationRefine: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.index)
    return try RefineJob(params, key: settings.explainerKey)
  }
}

/// `explanation/refine` as a job: explanations from the index, phrases of them back into it, by a
/// rule or by a model that is asked.
final class RefineJob: JobWork {
  /// Questions in a row without an answer after which the model is taken to be away.
  private static let failuresBeforePause = 3
  /// Phrases that wait to be written before nothing more is refined.
  private static let unwrittenLimit = 64

  private let params: ExplanationRefine.Params
  private let path: String
  /// nil: the rule.
  private let asker: (any Asker)?
  private let form: RefineQuestion.Form
  private let concepts: ConceptSet?
  private let author: ExplanationAuthor
  private let method: String
  private var store: FeatureIndexStore?
  private var latents: [Int] = []
  /// Of the latents, how many have been looked at.
  private var looked = 0
  /// What latents under way are refined from.
  private var underWay: [Int: ExplanationRecord] = [:]
  private var unwritten: [ExplanationRecord] = []
  private var failuresInARow = 0
  private var lastFailure = ""
  private var counts = ExplanationRefine.Refined(
    refined: 0, unchanged: 0, uninterpretable: 0, failed: 0, known: 0, seconds: 0,
    promptTokens: 0, completionTokens: 0)
  private let start = ContinuousClock.now

  /// - Throws: where the endpoint cannot be one; `ConceptError`; where there is no such file.
  init(_ params: ExplanationRefine.Params, key: String?) throws {
    self.params = params
    path = try FilePath(params.index).path
    concepts = try params.concepts.map { try ConceptSet(path: FilePath($0).path) }
    switch params.by {
    case .rule:
      asker = nil
      author = ExplanationAuthor(kind: .program, name: "phrase rule")
    case .model(let model):
      let made = try model.asker(
        AskerOptions(
          role: "refiner", request: ExplanationRefine.method, done: "refined",
          maxTokens: params.maxTokens, concurrency: params.concurrency,
          requestSeconds: params.requestSeconds, tries: params.tries, key: key))
      asker = made
      author = made.author
    }
    method = "refine:\(asker?.method ?? "rule")"
    form = (params.answer ?? asker?.preferredForm) == .text ? .phrase : .json
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    guard let asker, case .engine(let takeReplies) = asker.takeReplies(tools) else {
      return .ownThread { [self] in try step(tools) }
    }
    return .engine { [self] engine in
      for reply in try takeReplies(engine) { take(reply, tools) }
      return .more
    }
  }

  /// Writing may wait for another job.
  var settling: JobTask<Engine, Void>? { .ownThread { [self] in try settle() } }

  /// Asks, takes answers and writes: all that needs no engine.
  private func step(_ tools: JobTools) throws -> StepOutcome {
    let store = try self.store ?? begin()
    if failuresInARow >= Self.failuresBeforePause {
      try settle()
      return .pause("the refiner gives no answers: \(lastFailure)")
    }
    while looked < latents.count, asker?.hasRoom ?? true, unwritten.count < Self.unwrittenLimit {
      try tools.cancellation.check()
      try refine(latents[looked], store)
      looked += 1
    }
    if let asker, case .ownThread(let takeReplies) = asker.takeReplies(tools) {
      for reply in try takeReplies() { take(reply, tools) }
    }
    do { try write() } catch FeatureIndexError.busy {
      return .waiting
    } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
    guard looked == latents.count, underWay.isEmpty, unwritten.isEmpty else { return .more }
    counts.seconds = (ContinuousClock.now - start) / .seconds(1)
    return .done(try JSONValue(encoding: counts))
  }

  /// Lets go of questions under way and writes what has been answered.
  private func settle() throws {
    asker?.stop()
    underWay = [:]
    try write(waiting: 5)
  }

  private func begin() throws -> FeatureIndexStore {
    let store = try FeatureIndexStore.open(at: path)
    latents =
      try params.features?.latents(in: store, view: store.options.firstView)
      ?? store.newestExplanations(limit: store.identity.latentCount).map(\.latent)
    self.store = store
    return store
  }

  private func refine(_ latent: Int, _ store: FeatureIndexStore) throws {
    let revisions = try store.explanations(ofLatent: latent)
    guard let source = Self.source(among: revisions) else { return }
    let isKnown = revisions.contains {
      $0.refines == source.id && $0.author == author && $0.method == method
        && $0.state != .failed
    }
    if isKnown, params.again != true {
      counts.known += 1
      return
    }
    guard let asker else { return take(PhraseRule()(source.text), of: source, nil) }
    let question = RefineQuestion(form: form, explanation: source.text)
    underWay[latent] = source
    asker.ask(
      AskedQuestion(
        id: latent, system: question.system, instruction: question.instruction,
        seed: UInt64(latent)))
  }

  /// What is refined: the newest explanation, or what it was refined from; nothing where somebody
  /// has said since that the latent cannot be interpreted.
  private static func source(among revisions: [ExplanationRecord]) -> ExplanationRecord? {
    var source = revisions.first { $0.state != .failed }
    while let id = source?.refines, let longer = revisions.first(where: { $0.id == id }),
      longer.revision < source?.revision ?? 0
    { source = longer }
    return source?.state == .explained ? source : nil
  }

  private func take(_ reply: AskedReply, _ tools: JobTools) {
    guard let source = underWay.removeValue(forKey: reply.id) else { return }
    switch reply.outcome {
    case .answered(let said):
      failuresInARow = 0
      counts.promptTokens += said.promptTokens
      counts.completionTokens += said.completionTokens
      let question = RefineQuestion(form: form, explanation: source.text)
      switch question.read(said.text) {
      case .refined(let phrase): take(phrase, of: source, transcript(question, said))
      case .unreadable(let reason):
        fail(source, said.isCutShort ? reason + " (it was cut at maxTokens)" : reason, tools)
      }
    case .failed(let reason):
      failuresInARow += 1
      lastFailure = reason
      fail(source, reason, tools)
    }
  }

  private func fail(_ source: ExplanationRecord, _ reason: String, _ tools: JobTools) {
    counts.failed += 1
    tools.log("latent \(source.latent): \(reason)")
  }

  private func take(
    _ refined: RefinedPhrase, of source: ExplanationRecord, _ transcript: String?
  ) {
    switch refined {
    case .nothing:
      add(.uninterpretable, "", concept: nil, of: source, transcript)
      counts.uninterpretable += 1
    case .phrase(let phrase, let kind):
      let concept = self.kind(of: phrase, source) ?? kind?.rawValue ?? source.concept
      guard phrase != source.text || concept != source.concept else {
        counts.unchanged += 1
        return
      }
      add(.explained, phrase, concept: concept, of: source, transcript)
      counts.refined += 1
    }
  }

  /// By the concept set, where there is one and the phrase names a concept of it.
  private func kind(of phrase: String, _ source: ExplanationRecord) -> String? {
    guard let concepts,
      let number = concepts.concept(namedBy: source.text) ?? concepts.concept(namedBy: phrase)
    else { return nil }
    let attribute = concepts.concepts[number].attribute
    return attribute.isEmpty ? nil : attribute
  }

  private func add(
    _ state: ExplanationRecord.State, _ text: String, concept: String?,
    of source: ExplanationRecord, _ transcript: String?
  ) {
    unwritten.append(
      ExplanationRecord(
        latent: source.latent, state: state, text: text, author: author, method: method,
        evidence: source.evidence, concept: concept, refines: source.id, record: transcript,
        created: Date.now.timeIntervalSince1970))
  }

  private func transcript(_ question: RefineQuestion, _ said: AskedReply.Said) -> String? {
    let value: JSONValue = [
      "system": .string(question.system), "instruction": .string(question.instruction),
      "answer": .string(String(said.text.prefix(16_384))), "tries": .integer(Int64(said.tries)),
    ]
    return (try? value.bytes()).map { String(decoding: $0, as: UTF8.self) }
  }

  private func write(waiting seconds: Double = 0.1) throws {
    guard !unwritten.isEmpty else { return }
    try IndexAccess.write(to: path, waiting: seconds) { _ = try $0.put(unwritten) }
    unwritten = []
  }

  var progress: Job.Progress? {
    guard store != nil else { return nil }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let done = looked - underWay.count
    let rate = seconds > 0 ? Double(done) / seconds : 0
    return Job.Progress(
      done: done, total: latents.count, rate: rate,
      remainingSeconds: rate > 0 ? Double(latents.count - done) / rate : nil,
      message:
        "\(counts.refined) refined, \(counts.unchanged) unchanged, \(counts.failed) failed",
      metrics: ["failed": Double(counts.failed)])
  }
}
