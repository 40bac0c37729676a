import CMappings
import Glibc

/// A file mapped read-only: its pages are read on first use and shared with
/// every process that maps it.
///
/// `@unchecked Sendable`: the mapping is never written and lives as long as the object. A file that
/// another program truncates while it is mapped ends this process at the next access to the lost
/// pages (SIGBUS), which says which file it was (`cmappings_name_lost_files`) where the program
/// asked for that; replace files, do not rewrite them.
@safe package final class MappedFile: @unchecked Sendable {
  package let path: String
  package let byteCount: Int
  /// When the file's content was last changed, in nanoseconds since 1970; the file system's word.
  package let changeTime: Int
  private let base: UnsafeMutableRawPointer?

  /// Maps the regular file at `path`. An empty file has no bytes.
  package init(path: String) throws(TensorError) {
    self.path = path
    guard !path.utf8.contains(0) else {
      throw .unreadable(path: path, reason: "the path contains a zero byte")
    }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: Self.systemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: Self.systemError())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .notAFile(path: path, kind: Self.kind(status.st_mode))
    }
    byteCount = Int(status.st_size)
    changeTime = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
    guard byteCount > 0 else {
      unsafe base = nil
      return
    }
    guard let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe address != MAP_FAILED
    else { throw .unreadable(path: path, reason: Self.systemError()) }
    unsafe base = address
    unsafe cmappings_add(address, byteCount, path)
  }

  deinit {
    if let base = unsafe base {
      unsafe cmappings_remove(base)
      unsafe munmap(base, byteCount)
    }
  }

  /// A copy of the bytes in `range`.
  package func bytes(_ range: Range<Int>) throws(TensorError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw .outOfBounds(
        path: path, range: "\(range.lowerBound)..<\(range.upperBound)", byteCount: byteCount)
    }
    guard let base = unsafe base, !range.isEmpty else { return [] }
    return unsafe Array(
      UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Where the bytes start; nil for an empty file. Valid while this object lives.
  var address: UnsafeRawPointer? { unsafe UnsafeRawPointer(base) }

  private static func systemError() -> String {
    let number = errno
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }

  private static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something that is not a file"
    }
  }
}
