import FeatureIndex
import FoundationEssentials
import Images
import Interpretation
import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension SessionSave: EngineThenShelfAnswerable {
  /// A session but for its pictures, and where their bytes are found.
  struct Prepared: Sendable {
    var session: SavedSession
    var pictures: [PictureToSave] = []

    /// The contexts' openings, and what they were opened with.
    init(_ contexts: [OpenContext], _ params: Params, engine: Engine) throws {
      session = SavedSession(
        format: SessionFile.format, version: 1, created: Date.now.timeIntervalSince1970,
        kernelVersion: KernelVersion.current, note: params.note, models: [], saes: [], pictures: [],
        contexts: [],
        entries: params.entries ?? [])
      for open in contexts { session.contexts.append(saved(open)) }
      let names = Set(contexts.map(\.modelName))
      session.models = try engine.models.filter { names.contains($0.name) }.map {
        SavedSession.Model($0, digest: try engine.digest(of: $0))
      }
      session.saes = try engine.autoencoders.filter { names.contains($0.modelName) }.map {
        SavedSession.Autoencoder($0, identity: try engine.identity(of: $0))
      }
    }

    private mutating func saved(_ open: OpenContext) -> SavedSession.Context {
      let (context, tokens) = (open.context, open.context.tokens)
      var rest = tokens.dropFirst(context.prompt.tokens.count)
      let appended = context.appendedCounts.map { count in
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
      }
      let parts = zip(context.partNames, open.opening.parts).map { saved($1, called: $0, in: open) }
      return SavedSession.Context(
        context: open.name, model: open.modelName, chat: ContextOpen.Chat(open.opening.template),
        parts: parts, appended: appended, tokenCount: tokens.count,
        tokensDigest: SavedSession.Context.digest(of: tokens))
    }

    private mutating func saved(
      _ part: GivenPart, called name: String, in open: OpenContext
    ) -> SavedSession.Part {
      switch part.content {
      case .text(let text): return .init(id: name, role: part.role, text: text)
      case .picture(let given):
        let frame = saved(given, of: name, in: open)
        return .init(id: name, role: part.role, picture: frame.picture, reading: frame.reading)
      case .video(let frames):
        return .init(
          id: name, role: part.role, frames: frames.map { saved($0, of: name, in: open) })
      }
    }

    private mutating func saved(
      _ given: GivenPicture, of part: String, in open: OpenContext
    ) -> SavedSession.Frame {
      let picture = PictureToSave(given.origin, part: part, context: open.name)
      if !pictures.contains(where: { $0.sha256 == picture.sha256 }) { pictures.append(picture) }
      return .init(
        picture: picture.sha256, reading: given.treatment == .opened ? .open : nil)
    }

    /// Bytes of all pictures' files.
    var pictureBytes: Int { pictures.reduce(0) { $0 + $1.origin.fileBytes } }
  }

  static func prepare(_ params: Params, engine: Engine, call: Call) throws -> Prepared {
    if let path = params.path { _ = try NewFilePath(path) }
    var seen: Set<String> = []
    let contexts = try params.contexts?.filter { seen.insert($0).inserted }
      .map { try engine.context(named: $0) }
    let prepared = try Prepared(contexts ?? engine.openContexts, params, engine: engine)
    let bytes = prepared.pictureBytes
    let limit = params.path == nil ? SessionFile.messageLimit : SessionFile.byteLimit
    try require(bytes / 3 * 4, within: limit)
    try engine.reserve(6 * bytes, for: "a session with pictures of \(bytes) bytes")
    return prepared
  }

  /// Reads the pictures and writes the file, for which the engine does not wait.
  static func answer(
    _ params: Params, _ prepared: Prepared, shelf: IndexShelf, call: Call
  ) throws -> Result {
    var session = prepared.session
    for (number, picture) in prepared.pictures.enumerated() {
      try Cancellation(call).check()
      session.pictures.append(try picture.saved())
      call.report(
        title: "Saving the session", fraction: Double(number + 1) / Double(prepared.pictures.count))
    }
    let text = try SessionFile.text(session)
    try Cancellation(call).check()
    let names = session.contexts.map(\.context)
    guard let path = params.path else {
      try require(text.count, within: SessionFile.messageLimit)
      return Result(session: session, contexts: names, bytes: text.count)
    }
    try require(text.count, within: SessionFile.byteLimit)
    try SessionFile.write(text, to: path)
    return Result(path: path, contexts: names, bytes: text.count)
  }

  private static func require(_ bytes: Int, within limit: Int) throws(KernelError) {
    guard bytes > limit else { return }
    throw .unsupported(
      "the session has \(bytes) bytes, expected at most \(limit)"
        + (limit == SessionFile.messageLimit ? ": give a path" : ": save fewer contexts at once"))
  }
}

/// A picture of a context on its way into a session.
struct PictureToSave: Sendable {
  let origin: PictureOrigin
  let sha256: String
  /// Whose it is, for errors.
  private let place: String

  init(_ origin: PictureOrigin, part: String, context: String) {
    self.origin = origin
    place = "the picture \(part) of \(context)"
    switch origin {
    case .file(_, let digest, _): sha256 = digest
    case .sent(let bytes): sha256 = SHA256.digest(of: bytes).hexadecimal
    }
  }

  /// With its file's bytes.
  /// - Throws: `DomainError` of kind `imageUnreadable` where the file is not what it was.
  func saved() throws -> SavedSession.Picture {
    switch origin {
    case .sent(let bytes): return .init(sha256: sha256, base64: Base64.encode(bytes))
    case .file(let path, _, _):
      let bytes: [UInt8]
      do { bytes = try PictureFile.bytes(atPath: path, limits: PictureLimits()) } catch {
        throw DomainError(.imageUnreadable, "\(place) cannot be saved: \(error)")
      }
      let found = SHA256.digest(of: bytes).hexadecimal
      guard found == sha256 else {
        throw DomainError(
          .imageUnreadable,
          "\(place) cannot be saved: the file \(path) has changed since the context was opened, "
            + "its SHA-256 is \(found), it was \(sha256)")
      }
      return .init(
        sha256: sha256, name: path.split(separator: "/").last.map(String.init),
        base64: Base64.encode(bytes))
    }
  }
}

extension SavedSession.Model {
  fileprivate init(_ loaded: LoadedModel, digest: String) {
    self.init(
      model: loaded.name, digest: digest, architecture: loaded.model.architecture,
      precision: ModelLoad.Precision(loaded.model.precision),
      resizing: loaded.model.resizing.map(ModelLoad.Resizing.init))
  }
}

extension SavedSession.Autoencoder {
  fileprivate init(_ resident: ResidentAutoencoder, identity: IndexIdentity) {
    self.init(
      sae: resident.autoencoder.name, model: resident.modelName, digest: identity.autoencoder,
      site: identity.site)
  }
}

extension ContextOpen.Chat {
  fileprivate init(_ template: PromptTemplate) {
    switch template {
    case .plain: self.init(template: ContextOpen.Template.none)
    case .model(let adds): self.init(template: .model, addGenerationPrompt: adds)
    case .modelThenAnswer: self.init(template: .model, continueAnswer: true)
    }
  }
}
