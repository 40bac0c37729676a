import Checkpoints
import FeatureIndex
import Images
import Interpretation
import JSONRPC
import Jobs
import KernelProtocol
import Models
import SystemReasons
import Tensors

/// Asks the resident model itself, on the engine's thread: a prompt or a token a step.
final class ResidentAsker: Asker {
  /// An answer under way.
  private struct UnderWay {
    var generation: SteppedGeneration
    let promptTokens: Int
  }

  let author: ExplanationAuthor
  let method = "resident"
  let preferredForm = ExplanationGenerate.AnswerForm.text
  private let model: String?
  private let maxTokens: Int
  private var question: AskedQuestion?
  private var underWay: UnderWay?

  init(model: String?, maxTokens: Int) {
    author = ExplanationAuthor(kind: .model, name: model ?? "the resident model")
    self.model = model
    self.maxTokens = maxTokens
  }

  var hasRoom: Bool { question == nil }
  var isIdle: Bool { question == nil }
  func ask(_ question: AskedQuestion) { self.question = question }

  func stop() {
    question = nil
    underWay = nil
  }

  /// The engine's thread is needed while there is a question, and for nothing else.
  func takeReplies(_ tools: JobTools) -> JobTask<Engine, [AskedReply]> {
    guard let question else { return .ownThread { [] } }
    return .engine { [self] engine in try takeReply(question, engine, tools.cancellation) }
  }

  private func takeReply(
    _ question: AskedQuestion, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> [AskedReply] {
    let outcome: AskedReply.Outcome
    do {
      guard let said = try step(question, engine, cancellation) else { return [] }
      outcome = .answered(said)
    } catch let error as CancellationError { throw error } catch {
      var reason = domainFailure(error)?.message ?? systemReason(of: error)
      if case ModelError.promptTooLong = error, let hint = question.hintIfTooLong {
        reason += ": " + hint
      }
      outcome = .failed(reason)
    }
    stop()
    return [AskedReply(id: question.id, outcome: outcome)]
  }

  /// - Returns: the answer, once it is whole.
  private func step(
    _ question: AskedQuestion, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> AskedReply.Said? {
    guard let promptTokens = underWay?.promptTokens else {
      try begin(question, engine, cancellation)
      return nil
    }
    guard let found = try underWay?.generation.step(cancellation: cancellation) else { return nil }
    return .init(
      text: found.text, isCutShort: found.finish == .length, promptTokens: promptTokens,
      completionTokens: found.tokens.count)
  }

  /// Shows fewer examples to a model whose context is short.
  private func begin(
    _ question: AskedQuestion, _ engine: Engine, _ cancellation: Cancellation
  ) throws {
    var question = question
    while true {
      do {
        underWay = try prompt(question, engine, cancellation)
        return
      } catch let error as ModelError {
        guard case .promptTooLong = error, question.shorten() else { throw error }
      }
    }
  }

  private func prompt(
    _ question: AskedQuestion, _ engine: Engine, _ cancellation: Cancellation
  ) throws -> UnderWay {
    let loaded = try engine.model(named: model)
    var parts = [PromptPart.text(question.system + "\n\n" + question.words)]
    var admission = PictureAdmission(engine)
    for bytes in question.pictures { parts.append(.picture(try admission.picture(from: bytes))) }
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
