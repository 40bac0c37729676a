import Glibc

/// By what a file is seen to be another: which it is, its size, when it was written.
struct FileState: Equatable {
  let size: Int
  private let place: [UInt64]
  private let written: [Int]

  /// - Returns: nil where an absolute path leads to no regular file.
  init?(path: String) {
    var status = stat()
    guard path.hasPrefix("/"), !path.utf8.contains(0), unsafe stat(path, &status) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    size = Int(status.st_size)
    place = [UInt64(status.st_dev), UInt64(status.st_ino)]
    written = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
  }
}
