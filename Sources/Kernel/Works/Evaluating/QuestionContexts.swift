import Benchmarks
import Checkpoints
import Images
import Interpretation
import KernelProtocol
import Models
import Tensors

/// Makes contexts of a set's questions, one after the other. What a question has in common with
/// the one before it, its picture above all, does not run again.
final class QuestionContexts {
  private let model: LoadedModel
  private let rendering: QuestionRendering
  private var name: String?
  private var picture: GivenPicture?
  private var last: ResidentContext?

  init(_ model: LoadedModel, _ rendering: QuestionRendering) {
    self.model = model
    self.rendering = rendering
  }

  /// Why a question cannot be asked: its picture is gone or is none.
  struct Missing: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  /// - Throws: `Missing`; what refuses a prompt for what it is or takes.
  func open(
    _ item: QuestionItem, engine: Engine, cancellation: Cancellation
  ) throws -> OpenContext {
    let picture = try picture(of: item, engine)
    var parts: [GivenPart] = []
    var names: [String] = []
    if let picture {
      parts.append(GivenPart(.picture(picture), role: "user"))
      names.append(QuestionParts.image)
    }
    let text = [item.question, rendering.instruction].compactMap(\.self).joined(separator: "\n")
    parts.append(GivenPart(.text(text), role: "user"))
    names.append(QuestionParts.question)
    let isPlain = item.isPlainText || rendering.template == .none
    let opening = ContextOpening(
      parts: parts, template: isPlain ? .plain : .model(addGenerationPrompt: true))
    let prompt = try model.model.prompt(
      opening.promptParts, template: opening.template, cancellation: cancellation)
    _ = try engine.reserveContext(prompt, openingBytes: 0, model: model)
    let context = try ResidentContext(
      opening: prompt, partNames: names, model: model.model,
      recording: engine.sites(of: model.name), reusing: last, progress: { _ in },
      cancellation: cancellation)
    last = context
    return OpenContext(
      name: item.id, modelName: model.name, context: context, opening: opening,
      isPromptFile: false)
  }

  /// The same; nil where the question cannot be asked.
  func openOrNone(
    _ item: QuestionItem, engine: Engine, cancellation: Cancellation
  ) throws -> OpenContext? {
    do { return try open(item, engine: engine, cancellation: cancellation) } catch {
      guard Self.reason(notToAsk: error) != nil else { throw error }
      return nil
    }
  }

  /// Why a question cannot be asked, where that is about the question alone.
  static func reason(notToAsk error: any Error) -> String? {
    switch error {
    case let error as Missing: error.reason
    case let error as ModelError: "\(error)"
    case KernelError.outOfMemory: "\(error)"
    default: nil
    }
  }

  /// How answers are drawn: greedily.
  var options: GenerationOptions {
    GenerationOptions(
      maxTokens: rendering.maxTokens, endTokens: Set(model.model.generation.endTokens))
  }

  private func picture(of item: QuestionItem, _ engine: Engine) throws -> GivenPicture? {
    guard let wanted = item.picture else {
      (name, picture) = (nil, nil)
      return nil
    }
    // Names that look alike may be of two files.
    if let name, wanted.utf8.elementsEqual(name.utf8), let picture { return picture }
    (name, picture) = (nil, nil)
    let path = wanted.hasPrefix("/") ? wanted : rendering.pictures + "/" + wanted
    var admission = PictureAdmission(engine)
    do { picture = try admission.given(atPath: path) } catch let error as ImageError {
      throw Missing(reason: "\(error)")
    }
    name = wanted
    return picture
  }
}
