import FeatureIndex
import Glibc
import JSON

/// A file of JSON values, one a line, written in pieces.
final class LinesFile {
  private let path: String
  private var descriptor: Int32
  private var waiting: [UInt8] = []

  private static let pieceBytes = 1 << 20

  init(_ path: String) throws(FeatureIndexError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure() }
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  /// - Throws: `JSONError.nonFinite`, `FeatureIndexError`.
  func write(_ value: JSONValue) throws {
    waiting += try value.bytes()
    waiting.append(0x0A)
    if waiting.count >= Self.pieceBytes { try flush() }
  }

  /// Brings everything to the disk.
  func close() throws(FeatureIndexError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    let status = Glibc.close(descriptor)
    descriptor = -1
    guard status == 0 else { throw failure() }
  }

  private func flush() throws(FeatureIndexError) {
    var start = 0
    while start < waiting.count {
      let written = unsafe waiting.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure() }
      start += written
    }
    waiting.removeAll(keepingCapacity: true)
  }

  private func failure() -> FeatureIndexError {
    errno == ENOSPC
      ? .diskFull(path: path)
      : .inputOutput(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}
