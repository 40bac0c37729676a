import Glibc

/// Files for their user's eyes, in a folder where others may have put something in their place: no
/// link is followed, and nothing is waited for.
enum PrivateFile {
  /// - Returns: nil where there is no regular file of that name, or one beyond the limit.
  static func contents(of path: String, limit: Int) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size < limit
    else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += buffer[..<count]
    }
    return nil
  }

  /// Writes a file whole, in the place of what was there.
  /// - Throws: `SystemError`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = path + ".tmp"
    // Whoever holds the job is the only one that writes: what lies there was left behind.
    unsafe unlink(temporary)
    let descriptor = unsafe open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError() }
    do {
      defer { close(descriptor) }
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw SystemError() }
        rest = rest.dropFirst(count)
      }
      guard unsafe rename(temporary, path) == 0 else { throw SystemError() }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }
}
