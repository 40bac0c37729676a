import Glibc
import Synchronization

/// Holds a job until it is released, which takes the lock's file away; the system releases it with
/// the process.
package final class JobLock: Sendable {
  private let descriptor: Mutex<Int32>
  private let path: String?

  init(descriptor: Int32, path: String?) {
    self.descriptor = Mutex(descriptor)
    self.path = path
  }

  /// Takes a file's lock, making the file; nil where somebody has it, or it cannot be opened.
  package static func take(_ path: String) -> JobLock? {
    // Somebody who only looks has it for a moment; who lets go of it takes the file away.
    for _ in 0..<20 {
      let descriptor = unsafe open(
        path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
      guard descriptor >= 0 else { return nil }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isStill(path, descriptor) {
        return JobLock(descriptor: descriptor, path: path)
      }
      close(descriptor)
      usleep(1000)
    }
    return nil
  }

  /// Whether a path leads to an open file, which may have been taken away meanwhile.
  private static func isStill(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    guard unsafe lstat(path, &named) == 0, unsafe fstat(descriptor, &opened) == 0 else {
      return false
    }
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino
  }

  deinit { release() }

  package func release() {
    descriptor.withLock { descriptor in
      guard descriptor >= 0 else { return }
      if let path { unsafe unlink(path) }
      close(descriptor)
      descriptor = -1
    }
  }
}
