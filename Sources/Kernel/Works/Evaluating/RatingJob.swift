import Benchmarks
import Explanations
import FeatureIndex
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Tensors

extension EvaluationJudge: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try RatingJob(params, key: settings.explainerKey)
  }
}

/// `evaluation/judge` as a job: texts of answers to a judge, ratings from it into their file.
final class RatingJob: JobWork {
  /// Questions in a row without an answer after which the judge is taken to be away.
  private static let failuresBeforePause = 3
  /// Lines of the log about ratings that are missing; the others are a number.
  private static let linesOfFailures = 20
  /// Characters of a concept at most.
  private static let conceptLimit = 1000

  /// A rating that is to be asked for.
  private struct Wanted {
    let rated: RatedSubject
    let quality: RatedQuality
  }

  private let params: EvaluationJudge.Params
  private let path: String
  private let concept: String
  private let asker: any Asker
  private let form: JudgeQuestion.Form
  private var run: Run?
  private var underWay: [Int: Wanted] = [:]
  private var failuresInARow = 0
  private var lastFailure = ""
  private var failed = 0
  private var asked = 0
  private var tokens = (prompt: 0, completion: 0)
  private let start = ContinuousClock.now

  /// What is read and written.
  private struct Run {
    let answers: AnswerSheet
    let journal: RatingJournal
    let texts: Int
    let known: Int
    /// Those that are to be asked for.
    let queue: [Wanted]
    /// Of them, how many were asked for.
    var place = 0
  }

  /// - Throws: where the endpoint cannot be one; `KernelError` for paths that cannot be and a
  ///   concept that is none.
  init(_ params: EvaluationJudge.Params, key: String?) throws {
    self.params = params
    path = try NewFilePath(params.ratings).path
    for answers in params.answers { _ = try FilePath(answers) }
    concept = params.concept.split { $0.isWhitespace }.joined(separator: " ")
    guard !concept.isEmpty, concept.count <= Self.conceptLimit else {
      throw KernelError.unsupported(
        "the concept has \(concept.count) characters, expected 1 to \(Self.conceptLimit)")
    }
    asker = try params.judge.asker(
      AskerOptions(
        role: "judge", request: EvaluationJudge.method, done: "rated",
        maxTokens: params.maxTokens, concurrency: params.concurrency,
        requestSeconds: params.requestSeconds, tries: params.tries, key: key))
    form = (params.answer ?? asker.preferredForm) == .json ? .json : .word
  }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    guard run != nil, case .engine(let takeReplies) = asker.takeReplies(tools) else {
      return .ownThread { [self] in try keepingWhatFits { try step(tools) } }
    }
    return .engine { [self] engine in
      let replies = try takeReplies(engine)
      return try keepingWhatFits {
        for reply in replies { try take(reply, tools) }
        return .more
      }
    }
  }

  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in
      asker.stop()
      underWay = [:]
      run?.journal.flush()
      // Whoever goes on begins with what is in the file.
      run = nil
    }
  }

  private func keepingWhatFits(_ body: () throws -> StepOutcome) throws -> StepOutcome {
    do { return try body() } catch let error as AnswerSheetError where error.kind == .diskFull {
      return .pause("\(error)")
    } catch let error as AnswerSheetError where error.kind == .busy { return .waiting }
  }

  /// Asks and takes answers: all that needs no engine.
  private func step(_ tools: JobTools) throws -> StepOutcome {
    let run = try self.run ?? begin()
    while failuresInARow < Self.failuresBeforePause, asker.hasRoom, let wanted = nextWanted() {
      try tools.cancellation.check()
      ask(wanted)
    }
    if case .ownThread(let takeReplies) = asker.takeReplies(tools) {
      for reply in try takeReplies() { try take(reply, tools) }
    }
    if failuresInARow >= Self.failuresBeforePause {
      return .pause("the judge gives no answers: \(lastFailure)")
    }
    guard self.run?.place == run.queue.count, underWay.isEmpty else { return .more }
    return .done(try JSONValue(encoding: try end(run, tools)))
  }

  private func begin() throws -> Run {
    let sheet = try AnswerSheet(
      joining: params.answers.map { ($0, try AnswerSheet(path: FilePath($0).path)) })
    let arms = try RatingSheet.arms(of: sheet, params.arms)
    let subjects = RatingSheet.subjects(of: sheet, arms: arms, limit: params.limit)
    let journal = try RatingJournal(
      path: path,
      header: .init(
        concept: concept, judge: asker.author.name, method: asker.method, form: form.rawValue,
        questionDigest: sheet.questionDigest))
    try journal.add(arms: arms)
    let wanted = subjects.flatMap { rated in
      RatedQuality.allCases.map { Wanted(rated: rated, quality: $0) }
    }
    let queue = wanted.filter { journal.sheet[$0.rated.subject][$0.quality] == nil }
    let begun = Run(
      answers: sheet, journal: journal, texts: subjects.count, known: wanted.count - queue.count,
      queue: queue)
    run = begun
    return begun
  }

  private func nextWanted() -> Wanted? {
    guard let place = run?.place, let wanted = run?.queue.dropFirst(place).first else {
      return nil
    }
    run?.place += 1
    return wanted
  }

  private func question(_ wanted: Wanted) -> RatingQuestion {
    RatingQuestion(
      wanted.quality, form: form, concept: concept, question: wanted.rated.question,
      text: wanted.rated.subject.text)
  }

  private func ask(_ wanted: Wanted) {
    let question = question(wanted)
    let number = run?.place ?? 0
    underWay[number] = wanted
    asker.ask(
      AskedQuestion(
        id: number, system: question.system, instruction: question.instruction,
        seed: UInt64(number)))
  }

  private func take(_ reply: AskedReply, _ tools: JobTools) throws {
    guard let wanted = underWay.removeValue(forKey: reply.id) else { return }
    switch reply.outcome {
    case .failed(let reason):
      failuresInARow += 1
      lastFailure = reason
      fail(wanted, reason, tools)
    case .answered(let said):
      failuresInARow = 0
      tokens.prompt += said.promptTokens
      tokens.completion += said.completionTokens
      switch question(wanted).read(said.text) {
      case .rated(let rating):
        try run?.journal.add(.init(wanted.rated.subject, wanted.quality, rating: rating))
        asked += 1
      case .unreadable(let reason):
        fail(wanted, said.isCutShort ? reason + " (it was cut at maxTokens)" : reason, tools)
      }
    }
  }

  private func fail(_ wanted: Wanted, _ reason: String, _ tools: JobTools) {
    failed += 1
    guard failed <= Self.linesOfFailures else { return }
    tools.log(
      "not rated: the \(wanted.quality.rawValue) of an answer to "
        + "\(wanted.rated.subject.id.prefix(200)): \(reason)")
  }

  private func end(_ run: Run, _ tools: JobTools) throws -> EvaluationJudge.Judged {
    try run.journal.finish()
    if failed > Self.linesOfFailures {
      tools.log("\(failed - Self.linesOfFailures) more ratings are missing")
    }
    return EvaluationJudge.Judged(
      ratings: path, texts: run.texts, asked: asked, known: run.known, failed: failed,
      seconds: (ContinuousClock.now - start) / .seconds(1), promptTokens: tokens.prompt,
      completionTokens: tokens.completion,
      report: EvaluationJudge.Ratings(
        try RatingReport(run.journal.sheet, of: run.answers, path: path)))
  }

  var progress: Job.Progress? {
    guard let run else { return nil }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let done = run.place - underWay.count
    let rate = seconds > 0 ? Double(done) / seconds : 0
    return Job.Progress(
      done: run.known + done, total: run.known + run.queue.count, rate: rate,
      remainingSeconds: rate > 0 ? Double(run.queue.count - done) / rate : nil,
      message: "asking the judge", metrics: ["failed": Double(failed)])
  }
}
