import Checkpoints
import FeatureIndex
import Images
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tensors

/// Asks the resident model itself, on the engine's thread, one question a step.
final class ResidentAsker: ExplanationAsker {
  let author: ExplanationAuthor
  let method = "resident"
  let place = JobKind.Place.engine
  private let model: String?
  private let maxTokens: Int
  private var task: ExplanationTask?

  init(model: String?, maxTokens: Int) {
    author = ExplanationAuthor(kind: .model, name: model ?? "the resident model")
    self.model = model
    self.maxTokens = maxTokens
  }

  var hasRoom: Bool { task == nil }
  var isIdle: Bool { task == nil }
  func ask(_ task: ExplanationTask) { self.task = task }
  func stop() { task = nil }

  func takeAnswers(_ tools: JobTools) throws -> [ExplanationReply] {
    guard let task else { return [] }
    guard let engine = tools.engine else {
      preconditionFailure("the resident model is asked on the engine's thread")
    }
    let outcome: ExplanationReply.Outcome
    do { outcome = .answered(try fittingAnswer(task, engine, tools.cancellation)) } catch let error
      as CancellationError
    { throw error } catch { outcome = .failed(domainFailure(error)?.message ?? "\(error)") }
    self.task = nil
    return [ExplanationReply(task: task, outcome: outcome)]
  }

  /// Shows fewer examples to a model whose context is short.
  private func fittingAnswer(
    _ task: ExplanationTask, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> ExplanationReply.Said {
    var task = task
    while true {
      do { return try answer(task, engine, cancellation) } catch ModelError.promptTooLong
        where task.evidence.examples.count > 1
      { task.evidence.examples.removeLast() }
    }
  }

  private func answer(
    _ task: ExplanationTask, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> ExplanationReply.Said {
    let loaded = try engine.model(named: model)
    var parts = [PromptPart.text(task.question.system + "\n\n" + task.words)]
    for bytes in task.pictures { parts.append(.picture(try PictureDecoder().picture(from: bytes))) }
    let prompt = try loaded.model.prompt(
      parts, template: .model(addGenerationPrompt: true), cancellation: cancellation)
    let room = loaded.model.decoder.configuration.contextLength - prompt.tokens.count
    guard room > 0 else {
      throw ModelError.promptTooLong(
        tokens: prompt.tokens.count, limit: prompt.tokens.count + room)
    }
    try engine.reserve(
      loaded.model.prefillBytes(prompt), for: "a question of \(prompt.tokens.count) tokens")
    let context = try ResidentContext(
      opening: prompt, partNames: parts.indices.map { "part\($0)" }, model: loaded.model,
      recording: [], reusing: nil, progress: { _ in }, cancellation: cancellation)
    let options = GenerationOptions(
      maxTokens: min(maxTokens, room), endTokens: Set(loaded.model.generation.endTokens))
    let found = try context.generate(options, cancellation: cancellation).generation
    return .init(
      text: found.text, isCutShort: found.finish == .length, promptTokens: prompt.tokens.count,
      completionTokens: found.tokens.count)
  }
}
