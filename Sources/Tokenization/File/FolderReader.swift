internal import FoundationEssentials
internal import Glibc
internal import JSON
internal import SystemReasons

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
      throw .unreadable(path: path, reason: systemReason(of: error))
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
