import Glibc
import SystemReasons

/// The file that an index's name leads to. Looked at before SQLite opens it, which would wait for a
/// pipe's other end and know of no second name.
struct IndexPlace {
  /// Without links, so that whoever opens the file under another name finds the same
  /// lock and journal beside it.
  let path: String

  /// What SQLite opens beside an index, by itself.
  static let sideSuffixes = ["-journal", "-wal", "-shm"]

  /// The place of an index that is there.
  /// - Throws: `.missing`; `.inputOutput` for what is no regular file, and what may not be
  ///   written where that is wanted.
  init(of given: String, writing: Bool) throws(FeatureIndexError) {
    guard let real = Self.resolved(given) else {
      switch errno {
      case ENOENT, ENOTDIR: throw .missing(path: given)
      case let code: throw .inputOutput(path: given, reason: systemReason(code))
      }
    }
    path = real
    try Self.checkKinds(real)
    guard writing else { return }
    var status = stat()
    guard unsafe stat(real, &status) == 0 else { throw .missing(path: given) }
    guard status.st_nlink < 2 else {
      throw .inputOutput(
        path: real,
        reason:
          "it is written under one name only, and has \(status.st_nlink) (hard links): remove the "
          + "others, "
          + "or copy it")
    }
    for place in [real, Self.folder(of: real)] where unsafe access(place, W_OK) != 0 {
      throw .inputOutput(path: real, reason: "\(place) cannot be written: \(systemReason())")
    }
  }

  /// The place of an index to be made.
  /// - Throws: `.exists`; `.inputOutput` for a link that leads nowhere, and where
  ///   something is in the way.
  init(ofNew given: String) throws(FeatureIndexError) {
    var status = stat()
    if unsafe lstat(given, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFLNK, unsafe stat(given, &status) != 0 else {
        throw .exists(path: given)
      }
      throw .inputOutput(
        path: given, reason: "it is a symbolic link that leads nowhere: remove it, or name a file")
    }
    let folder = Self.folder(of: given)
    guard let real = Self.resolved(folder) else {
      throw .inputOutput(path: folder, reason: systemReason())
    }
    path = (real == "/" ? "" : real) + "/" + (given.split(separator: "/").last ?? "")
    try Self.checkKinds(path)
  }

  /// Refuses an index, and files that SQLite would open beside it, which are
  /// there and no regular files.
  static func checkKinds(_ path: String) throws(FeatureIndexError) {
    if let kind = irregularKind(at: path) {
      throw .inputOutput(path: path, reason: "it is \(kind), expected an index file")
    }
    for suffix in sideSuffixes {
      guard let kind = irregularKind(at: path + suffix) else { continue }
      throw .inputOutput(
        path: path + suffix,
        reason: "it is \(kind), expected a file that belongs to the index beside it")
    }
  }

  /// Takes away files, and never folders.
  static func remove(_ path: String, besides suffixes: [String] = sideSuffixes) {
    for suffix in [""] + suffixes { unsafe unlink(path + suffix) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}

/// Which file is open, whatever happens to its name.
struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  /// - Returns: nil where there is no file.
  init?(at path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
