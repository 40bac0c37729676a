import Glibc
import SystemReasons

/// Holds an index for one writer, by a lock on a file beside it that ends with the process. Whoever
/// lets go of it takes the file away.
///
/// The file says which process holds it; what it says counts only while the lock is held.
final class WriterLock: Sendable {
  private let descriptor: Int32
  private let name: String

  init(path: String) throws(FeatureIndexError) {
    name = path + ".lock"
    descriptor = try Self.take(name, of: path)
    let line = Array("\(getpid())\n".utf8)
    // A disk without room for a line of text leaves the holder unknown, and the lock as good.
    _ = ftruncate(descriptor, 0)
    _ = unsafe line.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  private static func take(_ name: String, of path: String) throws(FeatureIndexError) -> Int32 {
    while true {
      let descriptor = unsafe Glibc.open(
        name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard descriptor >= 0 else { throw .inputOutput(path: name, reason: systemReason()) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let holder = holder(descriptor)
        close(descriptor)
        throw .busy(path: path, holder: holder)
      }
      // Who let go of it meanwhile took the file away: the next lock is on another.
      if isStill(name, descriptor) { return descriptor }
      close(descriptor)
    }
  }

  deinit {
    if Self.isStill(name, descriptor) { unsafe unlink(name) }
    close(descriptor)
  }

  /// Whether a name leads to an open file.
  private static func isStill(_ name: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    guard unsafe lstat(name, &named) == 0, unsafe fstat(descriptor, &opened) == 0 else {
      return false
    }
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino
  }

  /// The process that a lock's file names; nil where it names none.
  private static func holder(_ descriptor: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 24)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard count > 0, let end = bytes[..<count].firstIndex(of: 0x0A) else { return nil }
    return Int(String(decoding: bytes[..<end], as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
  }
}
