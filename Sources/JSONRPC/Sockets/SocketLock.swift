import Glibc

/// Held by whoever listens at a socket, or is about to: the system lets go of it with its last
/// process, so that a socket whose lock is free was left behind.
package final class SocketLock: Sendable {
  package let descriptor: Int32

  /// Takes over a lock that a parent handed down.
  package init(descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Takes the lock of a socket; nil where somebody has it.
  package static func take(_ address: SocketAddress) throws(SocketError) -> SocketLock? {
    let path = address.lockPath
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw .system(doing: "opening the lock", path: path, error: errno)
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return SocketLock(descriptor: descriptor) }
    close(descriptor)
    return nil
  }

  deinit { close(descriptor) }
}
