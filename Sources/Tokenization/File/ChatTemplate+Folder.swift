internal import JSON

/// Which class of transformers reads a checkpoint's template: they look in different files.
package enum TemplateReader: Sendable {
  /// `AutoTokenizer`, for models of text.
  case tokenizer
  /// `AutoProcessor`, for models that see.
  case processor
}

extension ChatTemplate {
  /// The template of `folder`, of several the one called default.
  ///
  /// Both readers take chat_template.jinja and the files of additional_chat_templates before what
  /// is written in tokenizer_config.json; the processor takes processor_config.json and
  /// chat_template.json before those. What the reader itself would not look for is taken last.
  ///
  /// Throws `.noTemplate` where there is none, `.template` where it cannot be parsed.
  package init(folder: String, reader: TemplateReader) throws(TokenizationError) {
    if reader == .processor {
      for name in ["processor_config.json", "chat_template.json"] {
        if let source = try Self.source(inObject: name, of: folder) {
          try self.init(source: source)
          return
        }
      }
    }
    if let source = try Self.sourceInFiles(of: folder, reader) {
      try self.init(source: source)
      return
    }
    for name in ["tokenizer_config.json", "chat_template.json"] {
      if let source = try Self.source(inObject: name, of: folder) {
        try self.init(source: source)
        return
      }
    }
    throw .noTemplate(folder: folder)
  }

  private static let additionalFolder = "additional_chat_templates"

  private static func sourceInFiles(
    of folder: String, _ reader: TemplateReader
  ) throws(TokenizationError) -> String? {
    let ending = ".jinja"
    var main: String?
    if let bytes = try FolderReader.readIfPresent("chat_template.jinja", in: folder) {
      main = String(decoding: bytes, as: UTF8.self)
    }
    let names = FolderReader.names(in: additionalFolder, of: folder)
      .filter { $0.hasSuffix(ending) }
    // Of two templates called default, the tokenizer takes the one in the folder.
    if main == nil || reader == .tokenizer, names.contains("default\(ending)"),
      let bytes = try FolderReader.readIfPresent(
        "default\(ending)", in: "\(folder)/\(additionalFolder)")
    {
      return String(decoding: bytes, as: UTF8.self)
    }
    if main == nil, !names.isEmpty {
      throw .malformed(
        what: "\(folder)/\(additionalFolder)",
        reason:
          "it has the templates \(names.joined(separator: ", ")), expected one called default "
          + "or a chat_template.jinja beside it")
    }
    return main
  }

  private static func source(
    inObject name: String, of folder: String
  ) throws(TokenizationError) -> String? {
    guard let object = try FolderReader.readObjectIfPresent(name, in: folder),
      let value = object.present("chat_template")
    else { return nil }
    guard let source = source(value) else {
      throw .malformed(
        what: "\(folder)/\(name)",
        reason: "chat_template is \(value.summary), expected a text or named texts, one of them "
          + "called default")
    }
    return source
  }

  private static func source(_ value: JSONValue) -> String? {
    if let source = value.stringValue { return source }
    if let named = value.objectValue { return named["default"]?.stringValue }
    // Of several with one name the last counts.
    return value.arrayValue?.compactMap(\.objectValue)
      .last { $0["name"]?.stringValue == "default" }?["template"]?.stringValue
  }
}
