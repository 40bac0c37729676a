import Autoencoders
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

/// Asks the resident model what it sees in a blank picture on which a latent is held, on the
/// engine's thread: a prompt or a token a step.
final class BlankPictureAsker: Asker {
  /// The blank picture in a prompt, and what the model says of it as it is.
  private struct Canvas {
    let context: ResidentContext
    let autoencoder: LoadedAutoencoder
    let options: GenerationOptions
    var plain: String?
  }

  /// What is being generated.
  private enum Pass { case plain, random, held }

  let author: ExplanationAuthor
  let method = "blank-picture"
  let preferredForm = ExplanationGenerate.AnswerForm.text
  private let model: String?
  private let sae: String?
  /// Of the index whose features are asked about.
  private let index: String
  private let instruction: String
  private let side: Int
  private let maxTokens: Int
  private var canvas: Canvas?
  private var question: AskedQuestion?
  private var underWay: (pass: Pass, generation: SteppedGeneration)?
  private var random: String?
  private var tokens = 0

  /// - Throws: `KernelError.unsupported` for another explainer than the resident model.
  init(
    _ blank: ExplanationGenerate.BlankPicture, _ params: ExplanationGenerate.Params, index: String
  ) throws(KernelError) {
    self.index = index
    guard case .resident(let model) = params.explainer else {
      throw .unsupported(
        "a feature is held in the resident model alone: with blankPicture the explainer is "
          + "{\"resident\": {}}")
    }
    self.model = model
    author = ExplanationAuthor(kind: .model, name: model ?? "the resident model")
    sae = blank.sae
    instruction = blank.question ?? BlankPictureSource.defaultQuestion
    side = params.side ?? 336
    maxTokens = params.maxTokens ?? AskerOptions.defaultTokens
  }

  var hasRoom: Bool { question == nil }
  var isIdle: Bool { question == nil }
  func ask(_ question: AskedQuestion) { self.question = question }

  /// The canvas stays for the next question: it is the same picture.
  func stop() { (question, underWay, random, tokens) = (nil, nil, nil, 0) }

  func takeReplies(_ tools: JobTools) -> JobTask<Engine, [AskedReply]> {
    guard let question else { return .ownThread { [] } }
    return .engine { [self] engine in
      let outcome: AskedReply.Outcome
      do {
        guard let said = try step(question, engine, tools) else { return [] }
        outcome = .answered(said)
      } catch let error as CancellationError { throw error } catch {
        // Without the picture no feature can be asked about.
        guard canvas != nil else { throw error }
        outcome = .failed(domainFailure(error)?.message ?? systemReason(of: error))
      }
      stop()
      return [AskedReply(id: question.id, outcome: outcome)]
    }
  }

  /// - Returns: the answer, once it and its controls are whole.
  private func step(
    _ question: AskedQuestion, _ engine: Engine, _ tools: JobTools
  ) throws -> AskedReply.Said? {
    let cancellation = tools.cancellation
    guard let canvas else {
      canvas = try makeCanvas(engine, tools)
      return nil
    }
    guard let pass = underWay?.pass else {
      let pass = canvas.plain == nil ? Pass.plain : random == nil ? .random : .held
      underWay = (pass, try generation(pass, question, canvas, cancellation))
      return nil
    }
    guard let found = try underWay?.generation.step(cancellation: cancellation) else { return nil }
    underWay = nil
    tokens += found.tokens.count
    switch pass {
    case .plain: self.canvas?.plain = found.text
    case .random: random = found.text
    case .held:
      return .init(
        text: found.text, isCutShort: found.finish == .length,
        promptTokens: canvas.context.tokenCount, completionTokens: tokens,
        controls: [
          .init(name: "withNothingHeld", text: canvas.plain ?? ""),
          .init(name: "inARandomDirection", text: random ?? ""),
        ])
    }
    return nil
  }

  private func generation(
    _ pass: Pass, _ question: AskedQuestion, _ canvas: Canvas, _ cancellation: Cancellation
  ) throws -> SteppedGeneration {
    guard pass != .plain, let held = question.held else {
      return try SteppedGeneration(
        canvas.context, options: canvas.options, cancellation: cancellation)
    }
    let intervention = Interpretation.Intervention(
      latent: question.id, rule: .clamp(held),
      positions: canvas.context.prompt.images.map(\.span))
    let steering = Steering(
      autoencoder: canvas.autoencoder, interventions: [intervention],
      splice: Interpretation.Splice(),
      turned: pass == .held
        ? nil
        : RandomDirection(
          seed: question.seed,
          dimensions: canvas.autoencoder.changeWidth(in: canvas.context.decoder)))
    return try SteppedGeneration(
      canvas.context, options: canvas.options, steering: steering, cancellation: cancellation)
  }

  /// The autoencoder that is named, or the index's own, which must be that of the index.
  private func autoencoder(
    of loaded: LoadedModel, _ engine: Engine, _ tools: JobTools
  ) throws -> ResidentAutoencoder {
    let store = try IndexAccess.untilStopped(tools) { try FeatureIndexStore.open(at: index) }
    let known = engine.autoencoders.filter { $0.modelName == loaded.name }
    let own = try known.first { try engine.identity(of: $0) == store.identity }
    guard let name = sae ?? own?.autoencoder.name ?? engine.current.autoencoderNames[loaded.name]
    else {
      throw KernelError.unsupported(
        "no autoencoder is loaded for the model \"\(loaded.name)\": whose feature should be held?")
    }
    let autoencoder = try engine.autoencoder(named: name)
    guard autoencoder.modelName == loaded.name else {
      throw KernelError.saeMismatch(
        "the autoencoder \"\(name)\" was loaded for the model \"\(autoencoder.modelName)\", "
          + "\"\(loaded.name)\" is asked")
    }
    let identity = try engine.identity(of: autoencoder)
    guard identity == store.identity else {
      throw FeatureIndexError.stale(
        path: index, reason: identity.difference(from: store.identity))
    }
    return autoencoder
  }

  private func makeCanvas(_ engine: Engine, _ tools: JobTools) throws -> Canvas {
    let cancellation = tools.cancellation
    let loaded = try engine.model(named: model)
    let autoencoder = try autoencoder(of: loaded, engine, tools)
    let white = try Picture(
      width: side, height: side, pixels: Array(repeating: 255, count: 3 * side * side))
    let parts = [PromptPart(.picture(white)), PromptPart(.text(instruction))]
    let prompt = try loaded.model.prompt(
      parts, template: .model(addGenerationPrompt: true), cancellation: cancellation)
    let room = loaded.model.decoder.contextLength - prompt.tokens.count
    guard room > 0 else {
      throw ModelError.promptTooLong(
        tokens: prompt.tokens.count, limit: prompt.tokens.count + room)
    }
    try engine.reserve(
      loaded.model.prefillBytes(prompt), for: "a blank picture of \(prompt.tokens.count) tokens")
    let context = try ResidentContext(
      opening: prompt, partNames: ["picture", "question"], model: loaded.model,
      recording: [autoencoder.autoencoder.site], reusing: nil, progress: { _ in },
      cancellation: cancellation)
    return Canvas(
      context: context, autoencoder: autoencoder.autoencoder,
      options: GenerationOptions(
        maxTokens: min(maxTokens, room), endTokens: Set(loaded.model.generation.endTokens)))
  }
}
