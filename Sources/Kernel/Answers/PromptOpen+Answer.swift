import Autoencoders
import Images
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import PromptFiles
import Tensors
import Tokenization

extension PromptOpen: EngineAnswerable {
  /// Opens the file's parts as `context/open` does, or takes the context that has them already.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    try OpenPrompt(params, engine: engine, call: call).result
  }
}

/// A prompt file on its way to a context.
struct OpenPrompt {
  private(set) var file: PromptFile
  let front: PromptFront
  private(set) var open: OpenContext?
  private(set) var isReused = false
  private(set) var autoencoder: String?
  /// Images that came with the request, in base64, by their names.
  private let sent: [String: String]

  /// - Parameter isShared: whether a context that a file of the same parts was opened as will do,
  ///   and this one for the next.
  /// - Throws: what is no fault of the file; the rest becomes a diagnostic.
  init(_ params: PromptOpen.Params, engine: Engine, call: Call, isShared: Bool = true) throws {
    file = PromptFile(params.text)
    let images = (params.images ?? []).compactMap { image in
      image.base64.map { (image.name, $0) }
    }
    sent = Dictionary(images, uniquingKeysWith: { first, _ in first })
    front = try file.resolvedFront(
      directory: params.directory, sent: Set(sent.keys), host: engine.current.host)
    guard !file.hasErrors, let model = try model(engine, call) else { return }
    guard try loadAutoencoder(for: model, engine), let parts = try given(engine) else { return }
    let opening = ContextOpening(parts: parts, template: template)
    let names = partNames
    let prompt: Prompt
    do {
      prompt = try model.model.prompt(
        opening.promptParts, template: template, cancellation: Cancellation(call))
    } catch let error as ModelError {
      guard case .textHoldsImageToken(let part, _) = error else { throw error }
      file.report(file.parts[part].part.range, error.description)
      return
    }
    if isShared, let known = engine.promptContext(of: prompt, names: names, model: model) {
      (open, isReused) = (known, true)
    } else {
      open = try ContextOpen.open(
        prompt, names: names, opening: opening, model: model, engine: engine, call: call,
        isPromptFile: isShared,
        progress: { call.report(title: "Opening the context", fraction: $0) })
    }
    try checkTarget()
  }

  // MARK: What the file names

  private mutating func model(_ engine: Engine, _ call: Call) throws -> LoadedModel? {
    guard let path = front.model, let written = file.front.model else {
      return try engine.model(named: nil)
    }
    return try reporting(written.range) {
      try engine.loadModel(path: FilePath(path).path, precision: nil, call: call)
    }
  }

  /// - Returns: false where there is one and it cannot be loaded.
  private mutating func loadAutoencoder(for model: LoadedModel, _ engine: Engine) throws -> Bool {
    guard let path = front.sae, let written = file.front.sae else {
      autoencoder = engine.current.autoencoderNames[model.name]
      return true
    }
    let open = front.saeOptions ?? SAEOptions()
    autoencoder = try reporting(written.range) {
      try engine.loadAutoencoder(
        path: FilePath(path).path, site: open.site, options: AutoencoderOptions(open),
        modelName: model.name
      ).autoencoder.name
    }
    return autoencoder != nil
  }

  /// The parts with their pictures read; nil where one cannot be.
  /// - Throws: `KernelError.outOfMemory`.
  private mutating func given(_ engine: Engine) throws -> [GivenPart]? {
    var admission = PictureAdmission(engine)
    var pictures: [String: GivenPicture] = [:]
    var parts: [GivenPart] = []
    for (role, part) in file.parts {
      switch part.content {
      case .text(let text): parts.append(GivenPart(.text(text.string), role: role))
      case .image(let name):
        guard let index = front.images.firstIndex(where: { $0.name == name }) else { continue }
        if let known = pictures[name] {
          parts.append(GivenPart(.picture(known), role: role))
          continue
        }
        do {
          let picture = try picture(named: name, at: front.images[index].path, &admission)
          pictures[name] = picture
          parts.append(GivenPart(.picture(picture), role: role))
        } catch let error as ImageError {
          file.report(file.front.images[index].path.range, "\(error)")
        }
      }
    }
    return file.hasErrors ? nil : parts
  }

  /// - Throws: `ImageError`, also where what was sent for it is no base64.
  private func picture(
    named name: String, at path: String, _ admission: inout PictureAdmission
  ) throws -> GivenPicture {
    guard let base64 = sent[name] else { return try admission.given(atPath: path) }
    guard let bytes = Base64.decode(base64) else {
      throw ImageError.unreadable(path: path, reason: "what was sent for it is not base64")
    }
    do { return try admission.given(bytes) } catch let error as ImageError {
      throw ImageError.ofFile(path: path, error)
    }
  }

  /// Makes a failure of the domain a diagnostic at the place that named its cause.
  private mutating func reporting<Value>(
    _ range: Range<Int>, _ body: () throws -> Value
  ) throws -> Value? {
    do { return try body() } catch {
      guard !(error is CancellationError), let failure = domainFailure(error) else { throw error }
      file.report(range, failure.message)
      return nil
    }
  }

  private var template: PromptTemplate {
    if front.template == .none { return .plain }
    return file.beginsAnswer ? .modelThenAnswer : .model(addGenerationPrompt: true)
  }

  /// Images by their names, texts by their roles; numbered where a name is taken.
  private var partNames: [String] {
    var taken = ContextPart.reservedNames
    return file.parts.map { role, part in
      let name = if case .image(let image) = part.content { image } else { role }
      var unique = name
      var number = 2
      while !taken.insert(unique).inserted {
        unique = "\(name)-\(number)"
        number += 1
      }
      return unique
    }
  }

  /// A pair that is not of single tokens does not keep the file from being opened.
  private mutating func checkTarget() throws {
    guard let open else { return }
    for text in [file.front.answer, file.front.baseline] {
      guard let text else { continue }
      do { _ = try open.token(.text(text.value)) } catch let error as KernelError {
        file.report(text.range, error.description, as: .warning)
      }
    }
  }
}

// MARK: The answer

extension OpenPrompt {
  var result: PromptOpen.Result {
    guard let open else {
      return .init(
        front: front, parts: [], images: [], tokens: [], diagnostics: file.diagnostics, reused: 0,
        computed: 0)
    }
    let context = open.context
    let opened = ContextOpen.result(open)
    let spans = context.prompt.partSpans
    let parts = zip(file.parts, zip(context.partNames, spans)).map { source, found in
      var part = PromptOpen.Part(
        part: found.0, role: source.role, range: file.source.range(source.part.range),
        span: Span(found.1))
      if case .image(let name) = source.part.content { part.image = name }
      return part
    }
    let reused = isReused ? opened.tokenCount : opened.reused
    return .init(
      context: open.name, version: opened.version, tokenCount: opened.tokenCount,
      model: open.modelName, sae: autoencoder, front: front, parts: parts, images: opened.images,
      tokens: tokens(of: open), diagnostics: file.diagnostics, reused: reused,
      computed: opened.tokenCount - reused)
  }

  private func tokens(of open: OpenContext) -> [PromptOpen.Token] {
    let texts = file.parts.map { _, part in
      if case .text(let text) = part.content { text } else { nil as MappedText? }
    }
    let places = TokenPlaces(open.context.prompt, tokenizer: open.context.model.tokenizer)
    return places.ranges(of: texts).map { position, range in
      PromptOpen.Token(
        position: position, text: open.text(ofToken: open.context.tokens[position]),
        range: file.source.range(range))
    }
  }
}

extension TokenPlaces {
  fileprivate init(_ prompt: Prompt, tokenizer: Tokenizer) {
    let text = Array(prompt.text.utf8)
    // A picture is one image token in the rendered text and many in the sequence.
    let later = Set(prompt.images.flatMap { $0.span.dropFirst() })
    var pieces = prompt.tokens.enumerated().map { position, id in
      later.contains(position) ? [] : tokenizer.tokenBytes(id) ?? []
    }
    if let first = prompt.tokens.first, tokenizer.specialTokenIDs.contains(first),
      !text.starts(with: pieces[0])
    {
      pieces[0] = []
    }
    self.init(text: text, pieces: pieces, partSpans: prompt.partSpans)
  }
}

extension Engine {
  /// The context that a prompt file of the same parts was opened as, if it is still the same.
  func promptContext(of prompt: Prompt, names: [String], model: LoadedModel) -> OpenContext? {
    openContexts.first { open in
      let context = open.context
      return open.isPromptFile && open.modelName == model.name && context.partNames == names
        && context.version == 1 && context.tokenCount == prompt.tokens.count
        && context.prompt.partSpans == prompt.partSpans
        && context.commonPrefix(with: prompt) == prompt.tokens.count
    }
  }
}
