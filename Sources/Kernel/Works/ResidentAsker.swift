import Checkpoints
import Explanations
import FeatureIndex
import Images
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import SystemReasons
import Tensors

/// Asks the resident model itself, on the engine's thread: a prompt or a token a step.
final class ResidentAsker: ExplanationAsker {
  /// An answer under way.
  private struct UnderWay {
    var generation: SteppedGeneration
    let promptTokens: Int
  }

  let author: ExplanationAuthor
  let method = "resident"
  private let model: String?
  private let maxTokens: Int
  private var task: ExplanationTask?
  private var underWay: UnderWay?

  init(model: String?, maxTokens: Int) {
    author = ExplanationAuthor(kind: .model, name: model ?? "the resident model")
    self.model = model
    self.maxTokens = maxTokens
  }

  /// The engine's thread is needed while there is a question, and for nothing else.
  var place: JobKind.Place { task == nil ? .ownThread : .engine }
  var hasRoom: Bool { task == nil }
  var isIdle: Bool { task == nil }
  func ask(_ task: ExplanationTask) { self.task = task }

  func stop() {
    task = nil
    underWay = nil
  }

  func takeAnswers(_ tools: JobTools) throws -> [ExplanationReply] {
    guard let task else { return [] }
    guard let engine = tools.engine else {
      preconditionFailure("the resident model is asked on the engine's thread")
    }
    let outcome: ExplanationReply.Outcome
    do {
      guard let said = try step(task, engine, tools.cancellation) else { return [] }
      outcome = .answered(said)
    } catch let error as CancellationError { throw error } catch {
      outcome = .failed(domainFailure(error)?.message ?? systemReason(of: error))
    }
    stop()
    return [ExplanationReply(task: task, outcome: outcome)]
  }

  /// - Returns: the answer, once it is whole.
  private func step(
    _ task: ExplanationTask, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> ExplanationReply.Said? {
    guard let promptTokens = underWay?.promptTokens else {
      try begin(task, engine, cancellation)
      return nil
    }
    guard let found = try underWay?.generation.step(cancellation: cancellation) else { return nil }
    return .init(
      text: found.text, isCutShort: found.finish == .length, promptTokens: promptTokens,
      completionTokens: found.tokens.count)
  }

  /// Shows fewer examples to a model whose context is short.
  private func begin(
    _ task: ExplanationTask, _ engine: Engine, _ cancellation: Cancellation
  ) throws {
    var task = task
    while true {
      do {
        underWay = try question(task, engine, cancellation)
        return
      } catch ModelError.promptTooLong where task.evidence.examples.count > 1 {
        task.evidence.examples.removeLast()
      }
    }
  }

  private func question(
    _ task: ExplanationTask, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> UnderWay {
    let loaded = try engine.model(named: model)
    var parts = [PromptPart.text(task.question.system + "\n\n" + task.words)]
    var admission = PictureAdmission(engine)
    for bytes in task.pictures { parts.append(.picture(try admission.picture(from: bytes))) }
    let prompt = try loaded.model.prompt(
      parts, template: .model(addGenerationPrompt: true), cancellation: cancellation)
    let room = loaded.model.decoder.contextLength - prompt.tokens.count
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
    return UnderWay(
      generation: try SteppedGeneration(context, options: options, cancellation: cancellation),
      promptTokens: prompt.tokens.count)
  }
}
