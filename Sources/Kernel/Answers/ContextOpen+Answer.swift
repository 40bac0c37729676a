import Images
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ContextOpen: EngineAnswerable {
  /// Tokenises the parts, runs what no open context has run already, and keeps the result.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    result(
      try open(params, model: engine.model(named: params.model), engine: engine, call: call) {
        call.report(title: "Opening the context", fraction: $0)
      })
  }

  /// Reads the parts' pictures and opens the context that they make.
  static func open(
    _ params: Params, model: LoadedModel, engine: Engine, call: Call,
    progress: (Double) -> Void
  ) throws -> OpenContext {
    let names = try partNames(params.parts)
    var admission = PictureAdmission(engine)
    var parts: [GivenPart] = []
    for (number, part) in params.parts.enumerated() {
      if case .video = part.content, model.model.pictures?.videos == nil {
        throw ModelError.framesNotSupported(part: number, model: model.name)
      }
      parts.append(GivenPart(try content(part.content, &admission), role: part.role ?? "user"))
    }
    let opening = ContextOpening(parts: parts, template: try template(params))
    let prompt = try model.model.prompt(
      opening.promptParts, template: opening.template, cancellation: Cancellation(call))
    return try open(
      prompt, names: names, opening: opening, model: model, engine: engine, call: call,
      progress: progress)
  }

  /// Runs what no open context has run already, and keeps the result.
  static func open(
    _ prompt: Prompt, names: [String], opening: ContextOpening, model: LoadedModel,
    engine: Engine, call: Call, isPromptFile: Bool = false, progress: (Double) -> Void
  ) throws -> OpenContext {
    let detail = try engine.reserveContext(
      prompt, openingBytes: opening.byteCount, model: model)
    let context = try ResidentContext(
      opening: prompt, partNames: names, model: model.model,
      recording: engine.sites(of: model.name), keeping: detail,
      reusing: engine.longestPrefix(of: prompt, modelName: model.name),
      progress: progress, cancellation: Cancellation(call))
    return try engine.add(
      context, modelName: model.name, opening: opening, isPromptFile: isPromptFile)
  }

  private static func template(_ params: Params) throws -> PromptTemplate {
    let chat = params.chat
    if chat?.template == Template.none { return .plain }
    guard chat?.continueAnswer == true else {
      return .model(addGenerationPrompt: chat?.addGenerationPrompt ?? true)
    }
    guard let last = params.parts.last, last.role == "assistant", case .text = last.content,
      chat?.addGenerationPrompt != false
    else {
      throw KernelError.unsupported(
        "continueAnswer needs a generation prompt, and the last part to be a text of the assistant")
    }
    return .modelThenAnswer
  }

  static func result(_ opened: OpenContext) -> Result {
    let context = opened.context
    return Result(
      context: opened.name, version: context.version, tokenCount: context.tokenCount,
      parts: zip(context.partNames, context.prompt.partSpans).map {
        PartSpan(part: $0, span: Span($1))
      },
      images: context.prompt.images.map { image in
        let (base, tiles) = (
          image.layout.view(named: "base"), image.layout.view(named: "tiles")
        )
        return Image(
          part: context.partNames[image.part], width: image.layout.pictureWidth,
          height: image.layout.pictureHeight,
          base: View(
            grid: [base?.rows ?? 0, base?.columns ?? 0],
            span: Span(base.map(image.span(of:)) ?? image.span.lowerBound..<image.span.lowerBound)),
          tiles: tiles.map {
            View(grid: [$0.rows, $0.columns], span: Span(image.span(of: $0)))
          },
          views: image.layout.views.map { .init($0, from: image.span.lowerBound) })
      }, reused: context.reusedTokenCount,
      computed: context.tokenCount - context.reusedTokenCount)
  }

  /// The parts' ids; parts without one are called `part0`, `part1` and so on.
  private static func partNames(_ parts: [Part]) throws -> [String] {
    let names = parts.enumerated().map { $1.id ?? "part\($0)" }
    var seen = Set<String>()
    for name in names where !seen.insert(name).inserted || ContextPart.reservedNames.contains(name)
    {
      throw KernelError.unsupported(
        "the part id \"\(name)\" is taken: ids are distinct, \"\(ContextPart.template)\" stands "
          + "for the "
          + "template's tokens and \"\(ContextPart.generated)\" for those of answers")
    }
    return names
  }

  private static func content(
    _ content: Part.Content, _ admission: inout PictureAdmission
  ) throws -> GivenPart.Content {
    switch content {
    case .text(let text): return .text(text)
    case .image(let source):
      return .picture(try picture(source, &admission))
    case .video(let source):
      guard (1...FrameView.mostFrames).contains(source.frames.count) else {
        throw KernelError.unsupported(
          "a video has \(source.frames.count) frames, expected 1 to \(FrameView.mostFrames)")
      }
      return .video(try source.frames.map { try picture($0, &admission) })
    }
  }

  private static func picture(
    _ source: ImageSource, _ admission: inout PictureAdmission
  ) throws -> GivenPicture {
    admission.treatment = source.reading == .open ? .opened : .loaded
    return try picture(source.place, &admission)
  }

  private static func picture(
    _ place: ImageSource.Place, _ admission: inout PictureAdmission
  ) throws -> GivenPicture {
    switch place {
    case .path(let path): return try admission.given(atPath: FilePath(path).path)
    case .uri(let uri) where DataAddress.isOne(uri):
      return try admission.given(DataAddress.bytes(uri))
    case .uri(let uri): return try admission.given(atPath: FilePath(uri: uri).path)
    case .base64(let text):
      guard let bytes = Base64.decode(text) else {
        throw DomainError(.imageUnreadable, "the image's \"base64\" is not base64")
      }
      return try admission.given(bytes)
    }
  }
}
