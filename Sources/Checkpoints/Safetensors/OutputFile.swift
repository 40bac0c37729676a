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
    try unsafe bytes.span.bytes.withUnsafeBytes { (buffer) throws(CheckpointError) in
      try unsafe write(all: buffer)
    }
  }

  private func write(all buffer: UnsafeRawBufferPointer) throws(CheckpointError) {
    guard let base = buffer.baseAddress else { return }
    var offset = 0
    while offset < buffer.count {
      let written = unsafe Glibc.write(descriptor, base + offset, buffer.count - offset)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure("write") }
      offset += written
    }
  }

  /// Writes much: in pieces that are brought to the disk at once, so that closing has little left
  /// to wait for, asking `check` before each.
  func write(_ bytes: RawSpan, check: () throws -> Void) throws {
    for start in stride(from: 0, to: bytes.byteCount, by: Self.pieceBytes) {
      try check()
      let end = min(start + Self.pieceBytes, bytes.byteCount)
      try unsafe bytes.extracting(start..<end).withUnsafeBytes { try unsafe write(all: $0) }
      if end - start == Self.pieceBytes, fdatasync(descriptor) != 0 { throw failure("fdatasync") }
    }
  }

  private static let pieceBytes = 8 << 20

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
