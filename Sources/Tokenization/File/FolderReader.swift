internal import FoundationEssentials
internal import Glibc
internal import JSON

/// Reads the small files of a checkpoint's folder.
enum FolderReader {
  /// Far above any tokenizer.
  private static let byteLimit = 256 << 20

  /// The content of `folder`/`name`; nil where there is no such file.
  static func readIfPresent(
    _ name: String, in folder: String
  ) throws(TokenizationError) -> [UInt8]? {
    let path = "\(folder)/\(name)"
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "found no regular file, expected one")
    }
    guard status.st_size <= byteLimit else {
      throw .unreadable(
        path: path, reason: "\(status.st_size) bytes, expected at most \(byteLimit)")
    }
    do { return Array(try Data(contentsOf: URL(filePath: path))) } catch {
      throw .unreadable(path: path, reason: "\(error)")
    }
  }

  /// The JSON object in `folder`/`name`; nil where there is no such file.
  static func readObjectIfPresent(
    _ name: String, in folder: String
  ) throws(TokenizationError) -> JSONObject? {
    guard let bytes = try readIfPresent(name, in: folder) else { return nil }
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes, limits: .file) } catch {
      throw .malformed(what: "\(folder)/\(name)", reason: "\(error)")
    }
    return try Section(value, name: "\(folder)/\(name)").object
  }
}

extension Tokenizer {
  /// Reads `folder`/tokenizer.json. Throws `.unreadable`, `.malformed`, `.unsupported`.
  package convenience init(folder: String) throws(TokenizationError) {
    guard let json = try FolderReader.readIfPresent("tokenizer.json", in: folder) else {
      throw .unreadable(path: "\(folder)/tokenizer.json", reason: "there is no such file")
    }
    try self.init(json: json)
  }
}

/// What tokenizer_config.json says beside the tokenizer itself.
package struct TokenizerConfiguration: Sendable, Equatable {
  /// The spelling of the token that begins a text, as templates call it bos_token.
  package var beginToken: String?
  /// The spelling of the token that ends a text, eos_token.
  package var endToken: String?

  /// Reads `folder`/tokenizer_config.json; without that file nothing is known.
  package init(folder: String) throws(TokenizationError) {
    let object = try FolderReader.readObjectIfPresent("tokenizer_config.json", in: folder)
    beginToken = object.flatMap { Self.spelling($0["bos_token"]) }
    endToken = object.flatMap { Self.spelling($0["eos_token"]) }
  }

  /// For `ChatTemplate.render`.
  package var templateVariables: [String: TemplateValue] {
    var variables: [String: TemplateValue] = [:]
    variables["bos_token"] = beginToken.map { .string($0) }
    variables["eos_token"] = endToken.map { .string($0) }
    return variables
  }

  /// A token is written as its text or as an object with its content.
  private static func spelling(_ value: JSONValue?) -> String? {
    value?.stringValue ?? value?.objectValue?["content"]?.stringValue
  }
}

extension ChatTemplate {
  /// The template of `folder`: chat_template.jinja, else chat_template.json, else the one in
  /// tokenizer_config.json; of several named ones that called "default".
  ///
  /// Throws `.noTemplate` where there is none, `.template` where it cannot be parsed.
  package init(folder: String) throws(TokenizationError) {
    if let bytes = try FolderReader.readIfPresent("chat_template.jinja", in: folder) {
      try self.init(source: String(decoding: bytes, as: UTF8.self))
      return
    }
    for name in ["chat_template.json", "tokenizer_config.json"] {
      guard let object = try FolderReader.readObjectIfPresent(name, in: folder),
        let value = object.present("chat_template")
      else { continue }
      guard let source = Self.source(value) else {
        throw .malformed(
          what: "\(folder)/\(name)",
          reason: "chat_template is \(value.summary), expected a text or named texts, one of them "
            + "called default")
      }
      try self.init(source: source)
      return
    }
    throw .noTemplate(folder: folder)
  }

  private static func source(_ value: JSONValue) -> String? {
    if let source = value.stringValue { return source }
    if let named = value.objectValue { return named["default"]?.stringValue }
    return value.arrayValue?.compactMap(\.objectValue)
      .first { $0["name"]?.stringValue == "default" }?["template"]?.stringValue
  }
}
