internal import FoundationEssentials
internal import JSON

/// Reads the small files of a checkpoint's folder.
enum FolderReader {
  /// Far above any tokenizer.
  private static let byteLimit = 256 << 20

  /// The content of `folder`/`name`; nil where there is no such file.
  static func readIfPresent(
    _ name: String, in folder: String
  ) throws(TokenizationError) -> [UInt8]? {
    try ifPresent { () throws(JSONFileError) in
      try JSONFile.bytes(at: "\(folder)/\(name)", limit: byteLimit)
    }
  }

  /// The JSON object in `folder`/`name`; nil where there is no such file.
  static func readObjectIfPresent(
    _ name: String, in folder: String
  ) throws(TokenizationError) -> JSONObject? {
    try ifPresent { () throws(JSONFileError) in
      try JSONFile.object(at: "\(folder)/\(name)", byteLimit: byteLimit)
    }
  }

  private static func ifPresent<Content>(
    _ read: () throws(JSONFileError) -> Content
  ) throws(TokenizationError) -> Content? {
    do { return try read() } catch {
      switch error.kind {
      case .missing: return nil
      case .unreadable, .tooLarge: throw .unreadable(path: error.path, reason: error.reason)
      case .malformed, .notAnObject: throw .malformed(what: error.path, reason: error.reason)
      }
    }
  }
}

extension FolderReader {
  /// The names of the files in `folder`/`name`, sorted; none where there is no such folder.
  static func names(in name: String, of folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []).sorted()
  }
}

extension Tokenizer {
  /// Reads `folder`/tokenizer.json. Throws `.unreadable`, `.malformed`, `.unsupported`.
  package convenience init(folder: String) throws(TokenizationError) {
    guard let json = try FolderReader.readIfPresent("tokenizer.json", in: folder) else {
      throw .unreadable(path: "\(folder)/tokenizer.json", reason: "there is no such file")
    }
    try self.init(json: json, name: "\(folder)/tokenizer.json")
  }
}
