import Explanations
import FeatureIndex
import FoundationEssentials
import Images
import Indexing
import Interpretation
import JSON
import JSONRPC
import Jobs
import KernelProtocol
import Tensors

/// Scores by a judge, a model that is shown pictures and asked: consistency, detection, fuzz and
/// intruder.
///
/// Answers are kept in the index as they come, until the score that they make is written: after a
/// sudden end no more than `unkeptLimit` questions are asked again, and those whose answers could
/// not be read.
final class JudgePass: ScorePass {
  typealias Params = KernelProtocol.ExplanationScore.Params

  /// What the pass is about.
  struct Question {
    var subjects: [ScoreSubject]
    /// Latents that intruders are looked for among.
    var latents: [Int]
    var scorers: [KernelProtocol.ExplanationScore.Scorer]
  }

  /// Questions that are under way, and answers that are not kept yet, before no more is asked.
  private static let unkeptLimit = 64
  /// Answers that are written together, where the judge is quick.
  private static let writtenTogether = 16
  /// Questions in a row without an answer after which the judge is taken to be away.
  private static let failuresBeforePause = 3

  /// A measure that is to be planned.
  private enum Planned {
    case explanation(JudgeQuestion.Kind, ScoreSubject)
    case latent(Int)
  }

  /// A measure that is under way.
  private struct Open {
    var measure: JudgeMeasure
    var description: String
    var journal: Judgement.Measure
  }

  private struct Place: Hashable {
    var measure: Int
    var trial: Int
  }

  private let asker: any Asker
  private let store: FeatureIndexStore
  private let path: String
  private let again: Bool
  private let pictures: JudgePictures
  private let plan: JudgePlan
  private let planned: [Planned]
  /// Ids of explanations by their latents.
  private let explanations: [Int: Int]
  private var nextPlanned = 0
  private var open: [Int: Open] = [:]
  /// Questions to be asked, the next one last.
  private var pending: [Place] = []
  private var underWay: [Int: Place] = [:]
  private var asked = 0
  /// Answers that are not in the index yet.
  private var unkept: [Judgement] = []
  private var lastKept = ContinuousClock.now
  /// Scores whose answers are not all kept yet.
  private var waiting: [NewScore] = []
  private var found: [NewScore] = []
  private var known: [NewScore] = []
  private(set) var failed: [Int: String] = [:]
  private(set) var failedLatents: [Int: String] = [:]
  /// Of what could not be scored.
  private var failedJournals: [Judgement.Measure] = []
  private var failuresInARow = 0
  private var lastFailure = ""
  private var lines = RepeatedLines()
  private var answered = (questions: 0, promptTokens: 0, completionTokens: 0)
  private var done = 0
  private let start = ContinuousClock.now

  init(
    _ question: Question, params: Params, store: FeatureIndexStore, path: String,
    pool: PicturePool, judge: any Asker, limits: PictureLimits
  ) {
    asker = judge
    self.store = store
    self.path = path
    again = params.again == true
    pictures = JudgePictures(store, pool: pool, limits: limits)
    plan = JudgePlan(params, judge: judge, pictures: pictures)
    let kinds = question.scorers.compactMap { JudgeQuestion.Kind(rawValue: $0.rawValue) }
    planned =
      question.subjects.flatMap { subject in
        kinds.filter { $0 != .intruder }.map { .explanation($0, subject) }
      } + (kinds.contains(.intruder) ? question.latents.map { .latent($0) } : [])
    explanations = Dictionary(
      question.subjects.map { ($0.latent, $0.explanation) }, uniquingKeysWith: { $1 })
  }

  func takeScores() -> [NewScore] {
    defer { found = [] }
    return found
  }

  func takeKnownScores() -> [NewScore] {
    defer { known = [] }
    return known
  }

  /// Keeps what has been answered; the scores that are taken next are written at once.
  func stop() {
    asker.stop()
    underWay = [:]
    try? keep(waiting: 5)
    found += waiting
    waiting = []
  }

  func next(_ tools: JobTools) -> JobTask<Engine, ScorePassOutcome> {
    guard case .engine(let takeReplies) = asker.takeReplies(tools) else {
      return .ownThread { [self] in try step(tools) }
    }
    return .engine { [self] engine in
      for reply in try takeReplies(engine) { try hear(reply, tools) }
      return .more
    }
  }

  /// Asks, takes answers and keeps them: all that needs no engine.
  private func step(_ tools: JobTools) throws -> ScorePassOutcome {
    if failuresInARow >= Self.failuresBeforePause {
      return .pause("the judge gives no answers: \(lastFailure)")
    }
    while asker.hasRoom, underWay.count + unkept.count < Self.unkeptLimit {
      try tools.cancellation.check()
      guard let place = try nextQuestion(tools) else { break }
      try ask(place, tools)
    }
    if case .ownThread(let takeReplies) = asker.takeReplies(tools) {
      for reply in try takeReplies() { try hear(reply, tools) }
    }
    let isAtEnd = nextPlanned == planned.count && pending.isEmpty && underWay.isEmpty
    do {
      if isAtEnd || isDue { try keep(waiting: 0) }
      guard isAtEnd else { return .more }
      try forgetFailures()
    } catch FeatureIndexError.busy { return .waiting } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
    lines.finish(tools)
    tools.log(
      "the judge answered \(answered.questions) questions, with \(answered.promptTokens) tokens in "
        + "and \(answered.completionTokens) out")
    return .done
  }

  // MARK: Questions

  /// The next question, of the next measure where none is left of those under way.
  private func nextQuestion(_ tools: JobTools) throws -> Place? {
    while pending.isEmpty, nextPlanned < planned.count {
      try tools.cancellation.check()
      nextPlanned += 1
      try begin(planned[nextPlanned - 1], number: nextPlanned - 1, tools)
    }
    return pending.popLast()
  }

  private func begin(_ planned: Planned, number: Int, _ tools: JobTools) throws {
    let kind: JudgeQuestion.Kind
    let about: NewScore.Subject
    let scores: [ScoreRecord]
    switch planned {
    case .explanation(let given, let subject):
      (kind, about, scores) = (given, .explanation(subject.explanation), subject.scores)
    case .latent(let latent):
      (kind, about) = (.intruder, .latent(latent))
      scores = try store.scores(ofLatent: latent)
    }
    if !again, let score = plan.settings(of: kind).known(kind.rawValue, among: scores) {
      known.append(NewScore(subject: about, score: score))
      done += 1
      return
    }
    do {
      let measure: JudgeMeasure
      var description = ""
      switch planned {
      case .explanation(_, let subject):
        measure = try plan.measure(kind, of: subject)
        description = subject.description
      case .latent(let latent): measure = try plan.intruder(ofLatent: latent)
      }
      try begin(measure, description, number: number, tools)
    } catch let error as JudgeMeasure.Unmeasured {
      switch planned {
      case .explanation(_, let subject):
        note(error.reason, kind, latent: subject.latent, about, tools)
      case .latent(let latent): note(error.reason, kind, latent: latent, about, tools)
      }
    }
  }

  /// Takes what an earlier run has heard already. What that could not read is asked again: the
  /// judge may have been mended since.
  private func begin(
    _ measure: JudgeMeasure, _ description: String, number: Int, _ tools: JobTools
  ) throws {
    let journal = try plan.journal(of: measure, description: description)
    var made = Open(measure: measure, description: description, journal: journal)
    if !again {
      for (trial, said) in try store.judgements(of: journal)
      where measure.trials.indices.contains(trial) {
        if let said { made.measure.add(.answered(.said(said)), to: trial) }
      }
    }
    open[number] = made
    pending = measure.trials.indices.reversed()
      .filter { made.measure.outcomes[$0] == nil }
      .map { Place(measure: number, trial: $0) }
    try finishIfComplete(number, tools)
  }

  private func ask(_ place: Place, _ tools: JobTools) throws {
    guard let open = open[place.measure] else { return }
    let trial = open.measure.trials[place.trial]
    let question = JudgeQuestion(
      open.measure.about.kind, form: plan.form, description: open.description,
      pictures: trial.pictures.count)
    let shown: [[UInt8]]
    do { shown = try trial.pictures.map { try pictures.png($0) } } catch let error
      where error is DomainError || error is IndexPictureError || error is ImageError
    {
      return try take(.failed("\(error)"), of: place, tools)
    }
    underWay[asked] = place
    asker.ask(
      AskedQuestion(
        id: asked, system: question.system, instruction: question.instruction, pictures: shown,
        seed: UInt64(open.measure.about.latent),
        hintIfTooLong: open.measure.about.kind == .consistency
          ? "give fewer exemplars (--exemplars on the command line)" : nil))
    asked += 1
  }

  // MARK: Answers

  private func hear(_ reply: AskedReply, _ tools: JobTools) throws {
    guard let place = underWay.removeValue(forKey: reply.id), let open = open[place.measure] else {
      return
    }
    switch reply.outcome {
    case .failed(let reason):
      failuresInARow += 1
      lastFailure = reason
      try take(.failed(reason), of: place, tools)
    case .answered(let said):
      failuresInARow = 0
      answered.questions += 1
      answered.promptTokens += said.promptTokens
      answered.completionTokens += said.completionTokens
      let question = JudgeQuestion(
        open.measure.about.kind, form: plan.form,
        pictures: open.measure.trials[place.trial].pictures.count)
      var answer = question.read(said.text)
      if case .unreadable(let reason) = answer, said.isCutShort {
        answer = .unreadable(reason + " (it was cut at maxTokens)")
      }
      let value: Int? = if case .said(let value) = answer { value } else { nil }
      unkept.append(Judgement(measure: open.journal, question: place.trial, said: value))
      try take(.answered(answer), of: place, tools)
    }
  }

  private func take(
    _ outcome: JudgeMeasure.Outcome, of place: Place, _ tools: JobTools
  ) throws {
    open[place.measure]?.measure.add(outcome, to: place.trial)
    try finishIfComplete(place.measure, tools)
  }

  private func finishIfComplete(_ number: Int, _ tools: JobTools) throws {
    guard let finished = open[number], finished.measure.isComplete else { return }
    open[number] = nil
    let about = finished.measure.about
    do throws(JudgeMeasure.Unmeasured) {
      let score = try finished.measure.score(seed: plan.seed)
      done += 1
      waiting.append(try record(score, about))
    } catch {
      failedJournals.append(finished.journal)
      note(error.reason, about.kind, latent: about.latent, about.subject, tools)
    }
  }

  private func record(
    _ score: JudgeMeasure.Score, _ about: JudgeMeasure.About
  ) throws(JudgeMeasure.Unmeasured) -> NewScore {
    let details: String
    do { details = try plan.settings(of: about.kind).details(score.details) } catch {
      throw .init(reason: "\(error)")
    }
    return NewScore(
      subject: about.subject,
      score: ScoreRecord(
        kind: about.kind.rawValue, value: score.value, baseline: score.baseline,
        count: score.count, details: details, created: Date.now.timeIntervalSince1970))
  }

  /// What could not be scored, and why.
  private func note(
    _ reason: String, _ kind: JudgeQuestion.Kind, latent: Int, _ subject: NewScore.Subject,
    _ tools: JobTools
  ) {
    done += 1
    lines.tell(reason, of: latent, by: kind.rawValue, to: tools)
    switch subject {
    case .explanation(let id): failed[id] = reason
    case .latent:
      guard let id = explanations[latent] else {
        failedLatents[latent] = reason
        return
      }
      failed[id] = reason
    }
  }

  // MARK: What is kept

  private var isDue: Bool {
    if unkept.isEmpty { return !waiting.isEmpty }
    return unkept.count >= Self.writtenTogether || ContinuousClock.now - lastKept > .seconds(1)
  }

  /// Writes the answers; the scores that they make may be written then.
  private func keep(waiting seconds: Double) throws {
    if !unkept.isEmpty {
      try IndexAccess.write(to: path, waiting: seconds) { try $0.put(unkept) }
      unkept = []
    }
    lastKept = .now
    found += waiting
    waiting = []
  }

  /// What could not be scored is asked again by the next job.
  private func forgetFailures() throws {
    guard !failedJournals.isEmpty else { return }
    try IndexAccess.write(to: path, waiting: 0) { try $0.removeJudgements(of: failedJournals) }
    failedJournals = []
  }

  var progress: Job.Progress? {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done) / seconds : 0
    let left = planned.count - done
    return Job.Progress(
      done: done, total: planned.count, rate: rate,
      remainingSeconds: rate > 0 ? Double(left) / rate : nil, message: "asking the judge",
      metrics: [
        "failed": Double(failed.count + failedLatents.count),
        "questions": Double(answered.questions),
      ])
  }
}
