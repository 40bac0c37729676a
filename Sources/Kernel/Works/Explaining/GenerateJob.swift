import Explanations
import FeatureIndex
import FoundationEssentials
import Images
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Tensors

extension ExplanationGenerate: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.index)
    return try GenerateJob(
      params, key: settings.explainerKey, pictureLimits: settings.pictureLimits)
  }
}

/// `explanation/generate` as a job: evidence from the index, questions to an
/// explainer, answers into the index.
///
/// Nothing is lost silently: every latent ends with a record in the index or in a count, and what
/// could not be written yet, because another job holds the index, waits.
final class GenerateJob: JobWork {
  /// Questions in a row without an answer after which the explainer is taken to be away.
  private static let failuresBeforePause = 3
  /// Answers that wait to be written before no more questions are asked.
  private static let unwrittenLimit = 64

  private let params: ExplanationGenerate.Params
  private let path: String
  private let asker: any Asker
  private let source: any ExplanationSource
  private var store: FeatureIndexStore?
  private var latents: [Int] = []
  /// Of the latents, how many have been asked about.
  private var asked = 0
  /// What latents under way are explained by.
  private var underWay: [Int: ExplanationMatter.Asked] = [:]
  private var unwritten: [ExplanationRecord] = []
  private var failuresInARow = 0
  private var lastFailure = ""
  private var counts = ExplanationGenerate.Generated(
    explained: 0, uninterpretable: 0, failed: 0, known: 0, silent: 0, seconds: 0, promptTokens: 0,
    completionTokens: 0)
  private let start = ContinuousClock.now

  /// - Throws: where the endpoint cannot be one, or there is no such file.
  init(
    _ params: ExplanationGenerate.Params, key: String?, pictureLimits: PictureLimits
  ) throws {
    self.params = params
    path = try FilePath(params.index).path
    if let blank = params.blankPicture {
      source = try BlankPictureSource(blank, params)
      asker = try BlankPictureAsker(blank, params, index: path)
      return
    }
    source = try ExemplarSource(params, limits: pictureLimits)
    asker = try params.explainer.asker(
      AskerOptions(
        role: "explainer", request: ExplanationGenerate.method, done: "explained",
        maxTokens: params.maxTokens, concurrency: params.concurrency,
        requestSeconds: params.requestSeconds, tries: params.tries, key: key))
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    guard case .engine(let takeReplies) = asker.takeReplies(tools) else {
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
      return .pause("the explainer gives no answers: \(lastFailure)")
    }
    while asked < latents.count, asker.hasRoom, unwritten.count < Self.unwrittenLimit {
      try tools.cancellation.check()
      try ask(latents[asked], store)
      asked += 1
    }
    if case .ownThread(let takeReplies) = asker.takeReplies(tools) {
      for reply in try takeReplies() { take(reply, tools) }
    }
    do { try write() } catch FeatureIndexError.busy {
      return .waiting
    } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
    guard asked == latents.count, asker.isIdle, unwritten.isEmpty else { return .more }
    counts.seconds = (ContinuousClock.now - start) / .seconds(1)
    return .done(try JSONValue(encoding: counts))
  }

  /// Lets go of questions under way and writes what has been answered.
  private func settle() throws {
    asker.stop()
    try write(waiting: 5)
  }

  private func begin() throws -> FeatureIndexStore {
    let store = try FeatureIndexStore.open(at: path)
    try source.check(store)
    let view = params.view.map { IndexView($0) } ?? store.options.firstView
    let wanted = try params.features.latents(in: store, view: view)
    let known =
      params.again == true
      ? [] : try store.latentsTold(by: asker.author, method: asker.method)
    latents = wanted.filter { !known.contains($0) }
    counts.known = wanted.count - latents.count
    self.store = store
    return store
  }

  private func ask(_ latent: Int, _ store: FeatureIndexStore) throws {
    switch try source.matter(of: latent, in: store) {
    case .asked(let matter):
      underWay[latent] = matter
      asker.ask(matter.question)
    case .silent: counts.silent += 1
    case .impossible(let reason):
      record(latent, .failed, reason, evidence: [], nil)
      counts.failed += 1
    }
  }

  private func take(_ reply: AskedReply, _ tools: JobTools) {
    let latent = reply.id
    guard let matter = underWay.removeValue(forKey: latent) else { return }
    switch reply.outcome {
    case .answered(let said):
      failuresInARow = 0
      counts.promptTokens += said.promptTokens
      counts.completionTokens += said.completionTokens
      let words = (try? source.transcript(matter, said).bytes()).map {
        String(decoding: $0, as: UTF8.self)
      }
      switch source.read(said) {
      case .explained(let text):
        record(latent, .explained, text, evidence: matter.evidence, words)
        counts.explained += 1
      case .uninterpretable:
        record(latent, .uninterpretable, "", evidence: matter.evidence, words)
        counts.uninterpretable += 1
      case .unreadable(let reason):
        let reason = said.isCutShort ? reason + " (it was cut at maxTokens)" : reason
        record(latent, .failed, reason, evidence: matter.evidence, words)
        counts.failed += 1
        tools.log("latent \(latent): \(reason)")
      }
    case .failed(let reason):
      failuresInARow += 1
      lastFailure = reason
      record(latent, .failed, reason, evidence: matter.evidence, nil)
      counts.failed += 1
      tools.log("latent \(latent): \(reason)")
    }
  }

  private func record(
    _ latent: Int, _ state: ExplanationRecord.State, _ text: String, evidence: [String],
    _ transcript: String?
  ) {
    unwritten.append(
      ExplanationRecord(
        latent: latent, state: state, text: text, author: asker.author, method: asker.method,
        evidence: evidence, record: transcript, created: Date.now.timeIntervalSince1970))
  }

  private func write(waiting seconds: Double = 0.1) throws {
    guard !unwritten.isEmpty else { return }
    try IndexAccess.write(to: path, waiting: seconds) { _ = try $0.put(unwritten) }
    unwritten = []
  }

  var progress: Job.Progress? {
    guard store != nil else { return nil }
    let done = counts.explained + counts.uninterpretable + counts.failed + counts.silent
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done) / seconds : 0
    return Job.Progress(
      done: done, total: latents.count, rate: rate,
      remainingSeconds: rate > 0 ? Double(latents.count - done) / rate : nil,
      message:
        "\(counts.explained) explained, \(counts.uninterpretable) uninterpretable, "
        + "\(counts.failed) failed",
      metrics: ["failed": Double(counts.failed)])
  }
}
