import FoundationEssentials
import Glibc

/// The files of the page, in one folder. A path is looked for among those that lie there, so that
/// nothing else can be reached by any spelling.
package struct PageFiles: Sendable {
  package let folder: String

  private static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8", "json": "application/json", "svg": "image/svg+xml",
    "png": "image/png", "ico": "image/x-icon", "webp": "image/webp", "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8", "map": "application/json",
  ]

  /// - Returns: nil where the folder holds no `index.html`.
  package init?(folder: String) {
    guard FileManager.default.fileExists(atPath: folder + "/index.html") else { return nil }
    self.folder = folder
  }

  /// The folders in which the running program looks for its page: beside itself, where the package
  /// manager and `.ci/install --prefix` put it.
  package static func places(besideProgram program: String = "/proc/self/exe") -> [String] {
    let resolved = try? FileManager.default.destinationOfSymbolicLink(atPath: program)
    guard let resolved else { return [] }
    let bin = URL(fileURLWithPath: resolved).deletingLastPathComponent()
    return [bin.path + "/lucarne_Browser.resources/Page"]
  }

  /// - Parameter path: of the request, from its `/`.
  /// - Returns: nil where there is no such file, or it is of no kind that a page has.
  package func response(to path: String) -> Response? {
    let name = path == "/" ? "index.html" : String(path.dropFirst())
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init)
    guard let type = ending.flatMap({ Self.types[$0] }), names(under: "").contains(name),
      let bytes = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
    else { return nil }
    return Response(.ok, type: type, body: Array(bytes))
  }

  /// The files of a folder and of those in it; links are passed over.
  private func names(under parent: String) -> Set<String> {
    let entries = try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + parent)
    var found: Set<String> = []
    for entry in entries ?? [] where !entry.hasPrefix(".") {
      let name = parent + entry
      var status = stat()
      guard unsafe lstat("\(folder)/\(name)", &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: found.insert(name)
      case S_IFDIR: found.formUnion(names(under: name + "/"))
      default: continue
      }
    }
    return found
  }
}
