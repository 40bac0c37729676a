import Glibc

/// Reads a picture's file without following it into a device or beyond the limit.
package enum PictureFile {
  /// The whole file, or `count` bytes of it from `start` on, where it has as many.
  package static func bytes(
    atPath path: String, from start: Int = 0, count: Int? = nil, limits: PictureLimits
  ) throws(ImageError) -> [UInt8] {
    // O_NONBLOCK: opening a pipe must not wait for a writer.
    var descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0, errno == ENOENT, let name = FileName.bytes(path) {
      let name = name.map(CChar.init(bitPattern:)) + [0]
      descriptor = unsafe open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastReason()) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: lastReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw .unreadable(
        path: path, reason: isDirectory ? "it is a directory" : "it is not a regular file")
    }
    let length = min(count ?? .max, max(0, Int(status.st_size) - start))
    try limits.check(fileLength: length)
    if start > 0, lseek(descriptor, start, SEEK_SET) < 0 {
      throw .unreadable(path: path, reason: lastReason())
    }
    return try contents(of: descriptor, length: length, path: path)
  }

  private static func contents(
    of descriptor: Int32, length: Int, path: String
  ) throws(ImageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: length)
    var filled = 0
    while filled < length {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        return unsafe read(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(path: path, reason: lastReason()) }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(length - filled)
    return bytes
  }

  private static func lastReason() -> String {
    guard let text = unsafe strerror(errno) else { return "unknown reason" }
    return unsafe String(cString: text)
  }
}
