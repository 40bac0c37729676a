import FeatureIndex
import Interpretation
import JSON
package import JSONRPC
package import KernelProtocol
import Models
import SystemReasons
import Tensors

extension SessionOpen: EngineAnswerable {
  /// Opens the contexts in their order, as `context/open` does; nothing stays open of a session
  /// that cannot be opened whole.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let session = try session(params, engine: engine)
    try session.checkPictures()
    var opening = SessionOpening(session, anyModel: params.anyModel == true, engine, call)
    do { try opening.open() } catch {
      for context in opening.opened { try engine.closeContext(named: context.context) }
      throw error
    }
    return Result(
      contexts: opening.opened, entries: session.entries, warnings: opening.warnings,
      created: session.created, note: session.note)
  }

  private static func session(_ params: Params, engine: Engine) throws -> SavedSession {
    switch (params.path, params.session) {
    case (let path?, nil):
      return try SessionFile.read(path) { bytes in
        try engine.reserve(6 * bytes, for: "a session of \(bytes) bytes")
      }
    case (nil, let session?):
      try session.check()
      return session
    case (nil, nil), (.some, .some):
      throw WireError.mismatch(
        path: "params.path", expected: "either this or \"session\"",
        found: params.path == nil ? "neither" : "both")
    }
  }
}

/// A session on its way to contexts.
private struct SessionOpening {
  private let session: SavedSession
  private let anyModel: Bool
  private let engine: Engine
  private let call: Call
  private(set) var opened: [SessionOpen.Opened] = []
  private(set) var warnings: [String] = []

  init(_ session: SavedSession, anyModel: Bool, _ engine: Engine, _ call: Call) {
    self.session = session
    self.anyModel = anyModel
    self.engine = engine
    self.call = call
  }

  mutating func open() throws {
    guard !session.contexts.isEmpty else { return }
    // Before the first is computed: nothing stays open of a session that does not fit.
    guard engine.openContexts.count + session.contexts.count <= Engine.contextLimit else {
      throw KernelError.tooManyContexts(limit: Engine.contextLimit)
    }
    let last = try engine.model()
    var models: [String: LoadedModel] = [:]
    let wanted = Set(session.contexts.map(\.model))
    for saved in session.models where wanted.contains(saved.model) {
      models[saved.model] = try model(saved, otherwise: last)
    }
    for saved in session.saes where wanted.contains(saved.model) { try compare(saved) }
    if let version = session.kernelVersion, version != KernelVersion.current {
      warnings.append(
        "the session was saved by lucarne \(version.prefix(100)), this is "
          + "\(KernelVersion.current): answers may differ")
    }
    let files = Dictionary(uniqueKeysWithValues: session.pictures.map { ($0.sha256, $0.base64) })
    for (number, saved) in session.contexts.enumerated() {
      guard let model = models[saved.model] else { continue }
      try open(saved, number, files: files, model: model)
    }
  }

  // MARK: Contexts

  private mutating func open(
    _ saved: SavedSession.Context, _ number: Int, files: [String: String], model: LoadedModel
  ) throws {
    let count = Double(session.contexts.count)
    let context: OpenContext
    do {
      context = try ContextOpen.open(
        .init(parts: saved.parts.map { Part($0, files: files) }, chat: saved.chat), model: model,
        engine: engine, call: call
      ) { call.report(title: "Opening the session", fraction: (Double(number) + $0) / count) }
    } catch {
      throw inContext(saved.context, error)
    }
    // What is in the list is closed again where anything fails.
    opened.append(SessionOpen.Opened(context, saved: saved.context, sameTokens: false))
    let appended = Array(saved.appended.joined())
    let tokens = context.context.tokens
    let digest = SavedSession.Context.digest(of: tokens + appended)
    let isSame = digest == saved.tokensDigest
    if !isSame {
      warnings.append(
        "the tokens of \(quoted(saved.context)) are not what they were: "
          + "\(tokens.count + appended.count) "
          + "with the digest \(digest), in the session \(saved.tokenCount) with "
          + "\(saved.tokensDigest.prefix(100))")
    }
    if isSame || engine.modelDigests[model.name] == digestOfModel(saved.model) {
      for ids in saved.appended { try append(ids, to: context, saved) }
    } else if !appended.isEmpty {
      warnings.append(
        "the \(appended.count) tokens that were appended to \(quoted(saved.context)) are left out: "
          + "they are another model's")
    }
    opened[opened.count - 1] = SessionOpen.Opened(
      context, saved: saved.context, sameTokens: isSame)
  }

  private func append(
    _ ids: [Int], to open: OpenContext, _ saved: SavedSession.Context
  ) throws {
    let vocabulary = open.context.decoder.vocabularySize
    if let id = ids.first(where: { !(0..<vocabulary).contains($0) }) {
      throw KernelError.unsupported(
        "the context \(quoted(saved.context)) of the session cannot be opened: it has the token "
          + "\(id), expected 0 … \(vocabulary - 1)")
    }
    do {
      try engine.reserveGeneration(of: open, maxTokens: ids.count)
    } catch KernelError.unsupported {
      throw KernelError.unsupported(
        "the context \(quoted(saved.context)) of the session cannot be opened: \(ids.count) tokens "
          + "were appended to \(open.context.tokenCount), the model has "
          + "\(open.context.decoder.contextLength) positions")
    }
    try open.context.append(tokens: ids, cancellation: Cancellation(call))
  }

  /// An error that says whose it is.
  private func inContext(_ name: String, _ error: any Error) -> any Error {
    guard !(error is CancellationError), var failure = domainFailure(error) else { return error }
    failure.message =
      "the context \(quoted(name)) of the session cannot be opened: \(failure.message)"
    if var data = failure.data?.objectValue, data["message"] != nil {
      data["message"] = .string(failure.message)
      failure.data = .object(data)
    }
    return failure
  }

  // MARK: Models and autoencoders

  private func digestOfModel(_ name: String) -> String? {
    session.models.first { $0.model == name }?.digest
  }

  /// The loaded model of the same content, of several the one that computes as it did.
  private mutating func model(
    _ saved: SavedSession.Model, otherwise last: LoadedModel
  ) throws -> LoadedModel {
    let same = try engine.models.filter { try engine.digest(of: $0) == saved.digest }
    func differences(_ loaded: LoadedModel) -> [String] {
      let precision = ModelLoad.Precision(loaded.model.precision)
      let resizing = loaded.model.resizing.map(ModelLoad.Resizing.init)
      return [
        precision == saved.precision
          ? nil : "the precision \(precision.rawValue), was \(saved.precision.rawValue)",
        resizing == saved.resizing
          ? nil
          : "the resizing \(resizing?.rawValue ?? "none"), "
            + "was \(saved.resizing?.rawValue ?? "none")",
      ].compactMap(\.self)
    }
    if let found = same.last(where: { differences($0).isEmpty }) ?? same.last {
      warnings += differences(found).map {
        "the model \(quoted(found.name)) has \($0): answers may differ"
      }
      return found
    }
    let stated = "\(quoted(saved.model)) with the digest \(saved.digest.prefix(100))"
    guard anyModel else {
      let known = try engine.models.map { "\(quoted($0.name)) with \(try engine.digest(of: $0))" }
      throw DomainError(
        .modelNotLoaded,
        "contexts of the session were opened on the model \(stated); loaded are "
          + known.joined(separator: ", "),
        hint: "load it with model/load, or pass anyModel: true to open them on another")
    }
    warnings.append(
      "contexts of the model \(stated) are opened on \(quoted(last.name)) with "
        + "\(try engine.digest(of: last)): other numbers are to be expected")
    return last
  }

  /// Contexts can be opened without an autoencoder, so that another one is a warning.
  private mutating func compare(_ saved: SavedSession.Autoencoder) throws {
    let known = try engine.autoencoders.map {
      (name: $0.autoencoder.name, try engine.identity(of: $0))
    }
    guard
      !known.contains(where: { $0.1.autoencoder == saved.digest && $0.1.site == saved.site })
    else { return }
    let loaded = known.map { "\(quoted($0.name)) at \($0.1.site) with \($0.1.autoencoder)" }
    warnings.append(
      "the autoencoder \(quoted(saved.sae)) at \(quoted(saved.site)) with the digest "
        + "\(saved.digest.prefix(100)) is not loaded; "
        + (loaded.isEmpty ? "none is" : "loaded are \(loaded.joined(separator: ", "))"))
  }
}

extension SessionOpen.Opened {
  fileprivate init(_ open: OpenContext, saved: String, sameTokens: Bool) {
    let told = ContextOpen.result(open)
    self.init(
      saved: saved, context: open.name, version: told.version, tokenCount: told.tokenCount,
      parts: told.parts, images: told.images, sameTokens: sameTokens)
  }
}

extension Part {
  /// A part of a session whose pictures are among `files`, base64 by SHA-256.
  fileprivate init(_ saved: SavedSession.Part, files: [String: String]) {
    let content: Content =
      if let picture = saved.picture {
        .image(ImageSource(.base64(files[picture] ?? ""), reading: saved.reading))
      } else if let frames = saved.frames {
        .video(
          VideoSource(
            frames: frames.map {
              ImageSource(.base64(files[$0.picture] ?? ""), reading: $0.reading)
            }))
      } else { .text(saved.text ?? "") }
    self.init(id: saved.id, role: saved.role, content: content)
  }
}
