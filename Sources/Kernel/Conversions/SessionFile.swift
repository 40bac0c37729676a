import FeatureIndex
import FoundationEssentials
import JSON
import JSONRPC
import KernelProtocol
import SystemReasons

/// The file that a session is: read within bounds, and written whole or not at all.
enum SessionFile {
  static let format = "lucarne-session"
  /// What the window calls the file of a session that is in a message.
  static let usualName = "lucarne-session.json"
  /// The most bytes of a file.
  static let byteLimit = 128 << 20
  /// The most bytes of a session in a message, beside which there is room for the rest of it.
  static let messageLimit = FramingLimits().body - (1 << 20)
  /// Of a session that was read from a file, so that it fits a message, too.
  private static let limits = JSONLimits(depth: 500, values: 1_900_000)

  /// Reads a session's file.
  ///
  /// - Parameter reserve: called with the bytes that its text has in memory, and may refuse them.
  /// - Throws: `KernelError` that names the file, and the member that is wrong.
  static func read(_ given: String, reserve: (Int) throws -> Void) throws -> SavedSession {
    let path = try FilePath(given).path
    func refuse(_ reason: String) -> KernelError {
      .unsupported("\(path) is not a session: \(reason)")
    }
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: byteLimit) } catch {
      throw refuse(error.reason)
    }
    try reserve(bytes.count)
    do { return try session(bytes) } catch {
      throw refuse(error.description)
    }
  }

  /// The session that a text is; anything else is refused in words.
  static func session(_ bytes: [UInt8]) throws(KernelError) -> SavedSession {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes, limits: limits) } catch {
      throw .unsupported("\(error)")
    }
    guard value["format"]?.stringValue == format else {
      throw .unsupported("its \"format\" is not \"\(format)\"")
    }
    let session: SavedSession
    do { session = try value.decode(path: "session") } catch {
      throw .unsupported(systemReason(of: error))
    }
    try session.check()
    return session
  }

  /// The text of a session, which is sure to be read again.
  static func text(_ session: SavedSession) throws -> [UInt8] {
    let bytes = try JSONValue(encoding: session).bytes()
    do { _ = try self.session(bytes) } catch {
      throw KernelError.unsupported("a session of this could not be opened again: \(error)")
    }
    return bytes
  }

  /// A session's file as what is written to `output` names it: the file's name in the same folder,
  /// else its path.
  static func name(of path: String, from output: String?) -> String {
    let file = URL(fileURLWithPath: path)
    guard let output,
      file.deletingLastPathComponent().path
        == URL(fileURLWithPath: output).deletingLastPathComponent().path
    else { return path }
    return file.lastPathComponent
  }

  /// Writes a session's text in the place of nothing or of another session.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try requireReplaceable(path)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DomainError(.ioError, "\(path) cannot be written: \(systemReason(of: error))")
    }
  }

  private static func requireReplaceable(_ path: String) throws {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: byteLimit) } catch {
      if error.kind == .missing { return }
      throw KernelError.pathDenied(
        path: path, reason: "\(error.reason): expected a session or a new name")
    }
    let found = try? JSONValue(parsing: bytes, limits: limits)
    guard found?["format"]?.stringValue == format else {
      throw KernelError.pathDenied(
        path: path, reason: "what is there is not a session, expected one or a new name")
    }
  }
}

extension SavedSession {
  /// Refuses what its members say of one another where that cannot be, naming the place.
  func check() throws(KernelError) {
    guard format == SessionFile.format else {
      throw .unsupported("session.format is \(quoted(format)), expected \"\(SessionFile.format)\"")
    }
    guard version == 1 else {
      throw .unsupported("session.version is \(version), expected 1")
    }
    try requireDistinct(models.map(\.model), "models", "model")
    try requireDistinct(pictures.map(\.sha256), "pictures", "sha256")
    try requireDistinct(contexts.map(\.context), "contexts", "context")
    let (models, pictures) = (Set(models.map(\.model)), Set(pictures.map(\.sha256)))
    for (number, context) in contexts.enumerated() {
      let place = "session.contexts[\(number)]"
      guard models.contains(context.model) else {
        throw .unsupported("\(place).model is \(quoted(context.model)), which no model is called")
      }
      guard context.appended.reduce(0, { $0 + $1.count }) < context.tokenCount else {
        throw .unsupported("\(place).appended has all of its tokens, expected fewer")
      }
      for (index, part) in context.parts.enumerated() {
        try part.check("\(place).parts[\(index)]", pictures: pictures)
      }
    }
  }

  private func requireDistinct(
    _ names: [String], _ list: String, _ member: String
  ) throws(KernelError) {
    var seen: Set<String> = []
    for (number, name) in names.enumerated() where !seen.insert(name).inserted {
      throw .unsupported(
        "session.\(list)[\(number)].\(member) is \(quoted(name)), as one before it")
    }
  }

  /// Refuses pictures whose bytes are not those of their digests.
  func checkPictures() throws {
    for (number, picture) in pictures.enumerated() {
      let place =
        "session.pictures[\(number)]" + (picture.name.map { ", \(quoted($0))," } ?? "")
      guard let bytes = Base64.decode(picture.base64) else {
        throw DomainError(.imageUnreadable, "\(place) is damaged: its \"base64\" is not base64")
      }
      let found = SHA256.digest(of: bytes).hexadecimal
      guard found == picture.sha256 else {
        throw DomainError(
          .imageUnreadable,
          "\(place) is damaged: the SHA-256 of its \(bytes.count) bytes is \(found), expected "
            + String(picture.sha256.prefix(100)))
      }
    }
  }
}

extension SavedSession.Part {
  fileprivate func check(_ place: String, pictures: Set<String>) throws(KernelError) {
    switch (text, picture, frames) {
    case (.some, nil, nil): return
    case (nil, let picture?, nil): try require(picture, "\(place).picture", among: pictures)
    case (nil, nil, let frames?):
      for (number, frame) in frames.enumerated() {
        try require(frame.picture, "\(place).frames[\(number)].picture", among: pictures)
      }
    default:
      throw .unsupported(
        "\(place) has none or several of \"text\", \"picture\" and \"frames\"")
    }
  }

  private func require(
    _ picture: String, _ place: String, among pictures: Set<String>
  ) throws(KernelError) {
    guard !pictures.contains(picture) else { return }
    throw .unsupported(
      "\(place) is \(quoted(String(picture.prefix(100)))), which is not among the pictures")
  }
}

extension SavedSession.Context {
  /// SHA-256 of tokens' ids in decimal with a comma between two, in lower-case hexadecimal.
  static func digest(of tokens: [Int]) -> String {
    let text = tokens.map(String.init).joined(separator: ",")
    return SHA256.digest(of: Array(text.utf8)).hexadecimal
  }
}
