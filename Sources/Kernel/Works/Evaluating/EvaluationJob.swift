import Autoencoders
import Benchmarks
import FeatureIndex
import FoundationEssentials
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

/// `evaluation/run` as a job: a step opens one question's context or generates one token of one
/// arm's answer. A question's answers are kept once all arms have answered it.
final class EvaluationJob: EngineJob {
  /// What the engine gives once it is the job's turn.
  private struct Running {
    let arms: [EvaluatedArm]
    let autoencoder: LoadedAutoencoder?
    let contexts: QuestionContexts
    let journal: AnswerJournal
    /// Those that are not answered yet, each picture's together.
    let queue: [QuestionItem]
    var place = 0
    var asking: Asking?
  }

  /// A question on its way through the arms.
  private struct Asking {
    let item: QuestionItem
    let open: OpenContext
    var texts: [String: String] = [:]
    var arm = 0
    var generation: SteppedGeneration?
  }

  private let params: EvaluationRun.Params
  private let path: String
  private let set: QuestionSet
  /// Of the set, those that are asked for, each picture's together.
  private let items: [QuestionItem]
  private let digest: String
  private let stated: [EvaluatedArm]
  private let controls: EvaluationControls
  private var counting: ActivityCount?
  private var running: Running?
  private var known = 0
  private let start = ContinuousClock.now

  /// - Throws: `QuestionSetError`, `KernelError` for paths and arms that cannot be.
  init(_ params: EvaluationRun.Params) throws {
    self.params = params
    path = try NewFilePath(params.answers).path
    let questions = try FilePath(params.dataset.path).path
    let annotations = try params.dataset.annotations.map { try FilePath($0).path }
    guard questions != path, annotations != path else {
      throw KernelError.unsupported("answers cannot be kept in the file of the questions: \(path)")
    }
    stated = try params.statedArms()
    controls = EvaluationControls(params.controls)
    set = try QuestionSet(
      QuestionFormat(params.dataset.format), at: questions, annotations: annotations)
    digest = try [questions, annotations].compactMap(\.self).map {
      SHA256.digest(of: try JSONFile.bytes(at: $0, limit: QuestionSet.byteLimit)).hexadecimal
    }.joined(separator: " ")
    items = try params.items(of: set)
  }

  // MARK: Steps

  func step(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    guard running != nil else { return try begin(engine, tools) }
    do {
      return try advance(engine, tools)
    } catch let error as AnswerSheetError where error.kind == .diskFull {
      return .pause("\(error)")
    }
  }

  private func advance(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    if running?.asking != nil {
      try answer(tools)
      return .more
    }
    guard let running, running.place < running.queue.count else { return try end() }
    let item = running.queue[running.place]
    do {
      self.running?.asking = Asking(
        item: item,
        open: try running.contexts.open(item, engine: engine, cancellation: tools.cancellation))
    } catch {
      guard let reason = QuestionContexts.reason(notToAsk: error) else { throw error }
      tools.log("not asked: \(item.id): \(reason.prefix(500))")
      try running.journal.add(.init(item, .missing(reason)))
      self.running?.place += 1
    }
    return .more
  }

  /// A token of an arm's answer.
  private func answer(_ tools: JobTools) throws {
    guard let running, var asking = running.asking else { return }
    let arm = running.arms[asking.arm]
    self.running?.asking?.generation = nil
    var generation =
      try asking.generation
      ?? SteppedGeneration(
        asking.open.context, options: running.contexts.options,
        steering: arm.steering(of: asking.open, by: running.autoencoder),
        cancellation: tools.cancellation)
    asking.generation = nil
    guard let answer = try generation.step(cancellation: tools.cancellation) else {
      asking.generation = generation
      self.running?.asking = asking
      return
    }
    asking.texts[arm.arm.name] = answer.text
    asking.arm += 1
    guard asking.arm == running.arms.count else {
      self.running?.asking = asking
      return
    }
    try running.journal.add(.init(asking.item, .answered(asking.texts)))
    self.running?.asking = nil
    self.running?.place += 1
  }

  private func end() throws -> StepOutcome {
    guard let running else { return .more }
    running.journal.flush()
    let report = BenchmarkReport(running.journal.sheet)
    self.running = nil
    return .done(
      try JSONValue(
        encoding: EvaluationRun.Evaluated(
          answers: path, asked: running.queue.count - report.missing, known: known,
          missing: report.missing, seconds: (ContinuousClock.now - start) / .seconds(1),
          report: EvaluationReport.Report(report))))
  }

  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in
      running?.journal.flush()
      // Whoever goes on with the answers begins with what is in the file.
      running = nil
      counting = nil
    }
  }

  // MARK: Beginning

  private func begin(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    let resident = try autoencoder(engine)
    let model = try engine.model(named: resident?.modelName ?? params.model)
    if let wanted = params.model, wanted != model.name {
      throw KernelError.unsupported(
        "the autoencoder is of the model \"\(model.name)\", the request names \"\(wanted)\"")
    }
    var arms = stated
    if let autoencoder = resident?.autoencoder {
      if controls.features > 0 {
        var counting =
          try self.counting
          ?? ActivityCount(
            of: stated, over: items.prefix(EvaluationControls.countedQuestions),
            autoencoder: autoencoder, contexts: QuestionContexts(model, params))
        self.counting = nil
        let isDone = try counting.step(engine, tools.cancellation)
        self.counting = counting
        guard isDone else { return .more }
      }
      for arm in stated where arm.arm.role == .intervention {
        arms += try controls.controls(
          of: arm, dimensions: model.model.decoder.hiddenSize,
          activity: { [counting] in
            counting?[$0] ?? LatentActivity(latentCount: autoencoder.weights.latentCount)
          })
      }
    }
    let journal: AnswerJournal
    let header = try header(arms, model: model, resident, engine)
    do { journal = try AnswerJournal(path: path, header: header) } catch {
      if error.kind == .busy { return .waiting }
      throw error
    }
    let queue = items.filter { item in
      if case .answered? = journal.sheet[id: item.id]?.outcome { false } else { true }
    }
    let shard = try params.shard.map { try PictureShard($0) }
    let own = shard.map { $0.items(of: queue, all: items) } ?? queue
    known = (shard.map { $0.items(of: items, all: items).count } ?? items.count) - own.count
    counting = nil
    running = Running(
      arms: arms, autoencoder: resident?.autoencoder,
      contexts: try QuestionContexts(model, params), journal: journal, queue: own)
    return .more
  }

  /// The autoencoder that arms need; nil where none does.
  private func autoencoder(_ engine: Engine) throws -> ResidentAutoencoder? {
    let named = Set(stated.flatMap(\.interventions).map(\.feature.sae))
    let wanted = params.sae ?? named.first
    guard wanted != nil || stated.contains(where: { $0.arm.role != .plain }) else { return nil }
    guard let wanted else {
      throw KernelError.unsupported("the reconstruction is an autoencoder's: name it with \"sae\"")
    }
    let resident = try engine.autoencoder(named: wanted)
    for name in named where name != resident.autoencoder.name {
      throw KernelError.unsupported(
        "an arm changes features of \"\(name)\", the evaluation is about "
          + "\"\(resident.autoencoder.name)\"")
    }
    for intervention in stated.flatMap(\.interventions) {
      try resident.autoencoder.check(latent: intervention.feature.index)
    }
    return resident
  }

  private func header(
    _ arms: [EvaluatedArm], model: LoadedModel, _ resident: ResidentAutoencoder?, _ engine: Engine
  ) throws -> AnswerSheet.Header {
    var settings = JSONObject()
    settings["questionDigest"] = .string(digest)
    settings["modelDigest"] = .string(try engine.digest(of: model))
    if let resident {
      settings["saeDigest"] = .string(try engine.identity(of: resident).autoencoder)
      settings["changes"] = .array(
        try arms.filter { $0.arm.role != .plain }.map { arm in
          [
            "arm": .string(arm.arm.name),
            "interventions": .array(
              try arm.interventions.map { intervention in
                // What an autoencoder is called is this process's affair.
                var value = try JSONValue(encoding: intervention).objectValue ?? JSONObject()
                value["feature"] = .integer(Int64(intervention.feature.index))
                return .object(value)
              }),
            "splice": try arm.splice.map { try JSONValue(encoding: $0) } ?? .null,
          ]
        })
    }
    settings["instruction"] = params.instruction.map { .string($0) }
    settings["template"] = .string((params.template ?? .model).rawValue)
    settings["maxTokens"] = .integer(Int64(params.maxTokens ?? 16))
    return AnswerSheet.Header(
      format: set.format, arms: arms.map(\.arm), settings: settings, questions: items.count)
  }

  // MARK: Progress

  var progress: Job.Progress? {
    guard let running else {
      return counting.map {
        Job.Progress(done: $0.done, total: $0.total, message: "questions looked at for controls")
      }
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(running.place) / seconds : 0
    return Job.Progress(
      done: known + running.place, total: known + running.queue.count, rate: rate,
      remainingSeconds: rate > 0 ? Double(running.queue.count - running.place) / rate : nil,
      message: "\(running.arms.count) \(running.arms.count == 1 ? "arm" : "arms")")
  }
}
