import Autoencoders
import Benchmarks
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Models
import Tensors

extension EvaluationRun: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try EvaluationJob(params)
  }
}

/// `evaluation/run` as a job: what controls are chosen by is counted, then all arms answer.
final class EvaluationJob: EngineJob {
  private let params: EvaluationRun.Params
  private let path: String
  private let questions: StatedQuestions
  private let rendering: QuestionRendering
  /// Of the set, those that are asked for.
  private let items: [QuestionItem]
  private let controls: EvaluationControls
  private var counting: ActivityCount?
  private var run: ArmsRun?
  private let start = ContinuousClock.now

  /// - Throws: `QuestionSetError`, `KernelError` for paths and arms that cannot be.
  init(_ params: EvaluationRun.Params) throws {
    self.params = params
    path = try NewFilePath(params.answers).path
    rendering = try QuestionRendering(
      params.dataset, instruction: params.instruction, template: params.template,
      maxTokens: params.maxTokens)
    questions = try StatedQuestions(params.dataset)
    guard !questions.paths.contains(path) else {
      throw KernelError.unsupported("answers cannot be kept in the file of the questions: \(path)")
    }
    controls = EvaluationControls(params.controls)
    items = try questions.set.items(ofKinds: params.kinds, limit: params.limit)
    try params.checkArms()
  }

  // MARK: Steps

  func step(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    guard let run else { return try begin(engine, tools) }
    do {
      try run.step(engine, tools)
    } catch let error as AnswerSheetError where error.kind == .diskFull {
      return .pause("\(error)")
    }
    return run.isDone ? try end(run) : .more
  }

  private func end(_ run: ArmsRun) throws -> StepOutcome {
    try run.journal.finish()
    let report = BenchmarkReport(run.journal.sheet)
    self.run = nil
    return .done(
      try JSONValue(
        encoding: EvaluationRun.Evaluated(
          answers: path, asked: run.answered, known: run.known,
          missing: report.missing, seconds: (ContinuousClock.now - start) / .seconds(1),
          report: EvaluationReport.Report(report))))
  }

  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in
      run?.journal.flush()
      // Whoever goes on with the answers begins with what is in the file.
      run = nil
      counting = nil
    }
  }

  // MARK: Beginning

  private func begin(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    let subject = try params.subject(engine)
    var arms = try params.statedArms(engine, subject)
    if let autoencoder = subject.autoencoder {
      if controls.features > 0 {
        var counting =
          self.counting
          ?? ActivityCount(
            of: arms, over: items.prefix(EvaluationControls.countedQuestions),
            autoencoder: autoencoder, contexts: QuestionContexts(subject.model, rendering))
        self.counting = nil
        let isDone = try counting.step(engine, tools.cancellation)
        self.counting = counting
        guard isDone else { return .more }
      }
      arms += try controls.controls(
        of: arms, dimensions: autoencoder.changeWidth(in: subject.model.model.decoder), counting)
    }
    let header = try subject.header(
      arms, of: questions.set.format, items: items, digest: questions.digest,
      rendering: rendering, engine: engine)
    let journal: AnswerJournal
    do { journal = try AnswerJournal(path: path, header: header) } catch {
      if error.kind == .busy { return .waiting }
      throw error
    }
    counting = nil
    for recipe in try params.recipes where recipe.evidence?.questionDigest == questions.digest {
      tools.log(
        "the recipe \"\(recipe.name)\" was chosen on half of these questions, which flatters it "
          + "here: what it does to the others stands in its evidence (heldOut)")
    }
    run = ArmsRun(
      arms, items: try params.shard.map { try $0.items(of: items) } ?? items,
      autoencoder: subject.autoencoder,
      contexts: QuestionContexts(subject.model, rendering), journal: journal)
    return .more
  }

  // MARK: Progress

  var progress: Job.Progress? {
    guard let run else {
      return counting.map {
        Job.Progress(done: $0.done, total: $0.total, message: "questions looked at for controls")
      }
    }
    return run.progress(since: start)
  }
}

extension ArmsRun {
  /// How far it is.
  /// - Parameters:
  ///   - start: when it began.
  ///   - message: what it is for; absent: how many arms there are.
  func progress(since start: ContinuousClock.Instant, message: String? = nil) -> Job.Progress {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done - known) / seconds : 0
    return Job.Progress(
      done: done, total: total, rate: rate,
      remainingSeconds: rate > 0 ? Double(total - done) / rate : nil,
      message: message ?? "\(armCount) \(armCount == 1 ? "arm" : "arms")")
  }
}
