import FeatureIndex
import FoundationEssentials
import Images
package import Tensors

/// The pictures below a folder, by rising bytes of their paths.
///
/// Files named for a format that is read (`PictureFormat.suffixes`) are pictures whatever
/// they hold, so that damaged ones are noticed; others are when they begin like one. What is
/// hidden is left out, and links to folders are not followed. Bytes of names that are no
/// UTF-8 are written `\xE9`.
package struct FolderCorpus: Corpus {
  private let folder: String
  private let names: [String]
  private var position = 0

  package var count: Int? { names.count }

  package init(path: String) throws(CorpusError) {
    folder = absolutePath(path)
    var isFolder = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
      throw .unreadable(path: path, reason: "it is not a folder")
    }
    var found: [String] = []
    var open = [""]
    while let prefix = open.popLast() {
      let path = folder + "/" + prefix
      guard let listing = FolderListing(path: path) else {
        throw .unreadable(path: path, reason: "the folder cannot be listed")
      }
      for (child, kind) in listing.names where !child.hasPrefix(".") {
        let name = prefix + child
        switch kind {
        case .folder: open.append(name + "/")
        case .file where Self.isPicture(folder + "/" + name): found.append(name)
        case .file, .other: break
        }
      }
    }
    names = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package mutating func next(cancellation: Cancellation) -> CorpusEntry? {
    guard position < names.count else { return nil }
    defer { position += 1 }
    let name = names[position]
    return CorpusEntry(name: name, picture: .file(folder + "/" + name))
  }

  private static func isPicture(_ path: String) -> Bool {
    if PictureName.isPicture(path) { return true }
    let start = try? PictureFile.bytes(atPath: path, from: 0, count: 32, limits: PictureLimits())
    return start.flatMap { try? PictureFormat(sniffing: $0) } != nil
  }
}

/// What a file's name says.
enum PictureName {
  static func isPicture(_ name: String) -> Bool {
    PictureFormat.suffixes.contains(suffix(of: name))
  }

  /// What follows the last point of the last component, in lower case; empty where there is none.
  static func suffix(of name: String) -> String {
    let last = name.split(separator: "/").last ?? ""
    guard let point = last.lastIndex(of: ".") else { return "" }
    return last[last.index(after: point)...].lowercased()
  }
}

/// A path from the root, without `.` and `..`, without a slash at its end.
func absolutePath(_ path: String) -> String {
  let url = URL(fileURLWithPath: path).standardizedFileURL
  let text = url.path
  return text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
}
