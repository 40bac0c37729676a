import Glibc
import Images

/// What a folder holds, by the bytes of its names, so that no name is lost or changed.
struct FolderListing {
  enum Kind { case folder, file, other }

  /// As `FileName` writes them, in no order, without `.` and `..`.
  private(set) var names: [(name: String, kind: Kind)] = []

  /// Nil where the folder cannot be listed.
  init?(path: String) {
    let bytes = (FileName.bytes(path) ?? Array(path.utf8)).map(CChar.init(bitPattern:)) + [0]
    var directory = unsafe opendir(path)
    if unsafe directory == nil { unsafe directory = unsafe opendir(bytes) }
    guard let directory = unsafe directory else { return nil }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
      var name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 })
      }
      if name == Array(".".utf8) || name == Array("..".utf8) { continue }
      let text = FileName.text(name)
      name.append(0)
      names.append(
        (text, unsafe Self.kind(of: name.map(CChar.init(bitPattern:)), in: dirfd(directory))))
    }
  }

  /// A link to a folder is neither: what it leads to may lead back.
  private static func kind(of name: [CChar], in folder: Int32) -> Kind {
    var status = stat()
    guard unsafe fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return .other }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    case S_IFLNK:
      let leadsToFolder =
        unsafe fstatat(folder, name, &status, 0) == 0 && status.st_mode & S_IFMT == S_IFDIR
      return leadsToFolder ? .other : .file
    default: return .other
    }
  }
}
