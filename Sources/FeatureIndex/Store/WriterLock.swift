import Glibc

/// Holds an index for one writer, by a lock on a file beside it that ends with the process.
///
/// The file says which process holds it; what it says counts only while the lock is held.
final class WriterLock: Sendable {
  private let descriptor: Int32

  init(path: String) throws(FeatureIndexError) {
    let name = path + ".lock"
    descriptor = unsafe Glibc.open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .inputOutput(path: name, reason: unsafe String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.holder(descriptor)
      close(descriptor)
      throw .busy(path: path, holder: holder)
    }
    let line = Array("\(getpid())\n".utf8)
    // A disk without room for a line of text leaves the holder unknown, and the lock as good.
    _ = ftruncate(descriptor, 0)
    _ = unsafe line.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

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
