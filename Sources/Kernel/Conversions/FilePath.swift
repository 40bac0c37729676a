import FoundationEssentials
import KernelProtocol
import SystemReasons

/// A path that a request may name: absolute, without "..", and there.
struct FilePath {
  let path: String

  /// - Throws: `KernelError.pathDenied` for a relative path, `.notFound` for
  ///   one that leads nowhere.
  init(_ given: String) throws(KernelError) {
    guard given.hasPrefix("/") else {
      if WebAddress.isOne(given) { throw .pathDenied(path: given, reason: WebAddress.refusal) }
      throw .pathDenied(path: given, reason: "it must be absolute, beginning with \"/\"")
    }
    guard !given.utf8.contains(0) else {
      throw .pathDenied(path: given, reason: "it contains a zero byte")
    }
    var trimmed = given
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard FileManager.default.fileExists(atPath: trimmed) else { throw .notFound(path: given) }
    path = trimmed
  }

  /// The path of a `file:` address.
  init(uri: String) throws(KernelError) {
    guard let url = URL(string: uri), url.isFileURL,
      ["", "localhost"].contains((url.host() ?? "").lowercased())
    else {
      if WebAddress.isOne(uri) { throw .pathDenied(path: uri, reason: WebAddress.refusal) }
      throw .pathDenied(path: uri, reason: "only file: addresses of this machine are read")
    }
    try self.init(url.path)
  }
}

/// A path that a request may write to: absolute, in a folder that is there.
struct NewFilePath {
  let path: String

  /// - Throws: `KernelError.pathDenied`, also where there is something that is no regular file;
  ///   `.notFound` where there is no such folder.
  init(_ given: String) throws(KernelError) {
    guard given.hasPrefix("/"), !given.hasSuffix("/") else {
      throw .pathDenied(path: given, reason: "it must be a file's, absolute, beginning with \"/\"")
    }
    let parent = given.lastIndex(of: "/").map { String(given[..<$0]) } ?? ""
    _ = try FilePath(parent.isEmpty ? "/" : parent)
    guard !given.utf8.contains(0) else {
      throw .pathDenied(path: given, reason: "it contains a zero byte")
    }
    if let kind = irregularKind(at: given) {
      throw .pathDenied(path: given, reason: "it is \(kind), expected a file or a new name")
    }
    path = given
  }
}
