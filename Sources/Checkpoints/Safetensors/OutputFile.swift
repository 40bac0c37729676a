internal import Glibc

/// A file being written through its descriptor; errors carry the path and the system's reason.
final class OutputFile {
  private let path: String
  private var descriptor: Int32

  init(creating path: String) throws(CheckpointError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure("open") }
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  func write(_ bytes: [UInt8]) throws(CheckpointError) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure("write") }
      offset += written
    }
  }

  /// Brings the content to the disk and closes.
  func close() throws(CheckpointError) {
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
    let status = Glibc.close(descriptor)
    descriptor = -1
    guard status == 0 else { throw failure("close") }
  }

  func failure(_ call: String) -> CheckpointError {
    .unreadable(path: path, reason: unsafe "\(call): \(String(cString: strerror(errno)))")
  }
}
