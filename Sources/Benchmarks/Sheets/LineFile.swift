import Glibc
import JSON
import SystemReasons

/// A file of JSON lines that grows at its end, of which one process writes at a time.
///
/// A line is there whole or not at all: what a sudden end or a full disk left of one is cut off.
final class LineFile {
  let path: String
  private let descriptor: Int32
  /// Bytes of whole lines.
  private var length: Int

  /// Opens a file to go on with, or begins it with a line.
  ///
  /// - Parameters:
  ///   - first: the line that says what the others are.
  ///   - what: what the file is for, in words: "answers".
  ///   - read: is given what is there, where there is a whole line.
  /// - Throws: `AnswerSheetError` where the path leads to something else, another process has it,
  ///   or it holds something else; what `read` throws. The file is then as it was.
  init(
    path: String, first: JSONValue, what: String,
    read: ([UInt8]) throws(AnswerSheetError) -> Void
  ) throws(AnswerSheetError) {
    self.path = path
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o644)
    guard descriptor >= 0 else {
      throw AnswerSheetError(.unwritable, path: path, systemReason())
    }
    do throws(AnswerSheetError) {
      try Self.own(descriptor, path: path, what: what)
      let bytes = try Self.bytes(path)
      length = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
      if length > 0 {
        try read(bytes)
      } else if (try? first.bytes())?.starts(with: bytes) != true {
        // Neither nothing nor what was cut off of the first line: somebody else's.
        throw AnswerSheetError(path: path, "it holds no \(what) that were written here")
      }
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    try shorten()
    if length == 0 { try append(first) }
  }

  deinit { close(descriptor) }

  private static func own(
    _ descriptor: Int32, path: String, what: String
  ) throws(AnswerSheetError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw AnswerSheetError(.unwritable, path: path, systemReason())
    }
    if let kind = irregularKind(ofMode: status.st_mode) {
      throw AnswerSheetError(
        .unwritable, path: path, "found \(kind), expected a file for \(what)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw AnswerSheetError(.busy, path: path, "another process writes \(what) to it")
    }
  }

  private static func bytes(_ path: String) throws(AnswerSheetError) -> [UInt8] {
    do { return try JSONFile.bytes(at: path, limit: AnswerSheet.byteLimit) } catch {
      throw AnswerSheetError(path: path, error.reason)
    }
  }

  /// Adds a line.
  /// - Throws: `AnswerSheetError`; the file is then as it was.
  func append(_ value: JSONValue) throws(AnswerSheetError) {
    let bytes: [UInt8]
    do { bytes = try value.bytes() + [UInt8(ascii: "\n")] } catch {
      throw AnswerSheetError(path: path, "\(error)")
    }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe pwrite(
          descriptor, $0.baseAddress?.advanced(by: written), bytes.count - written, length + written
        )
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let (code, reason) = (errno, systemReason())
        try? shorten()
        throw AnswerSheetError(
          code == ENOSPC || code == EDQUOT ? .diskFull : .unwritable, path: path, reason)
      }
      written += count
    }
    length += bytes.count
  }

  /// Cuts off what is no whole line.
  private func shorten() throws(AnswerSheetError) {
    guard ftruncate(descriptor, length) == 0 else {
      throw AnswerSheetError(.unwritable, path: path, systemReason())
    }
  }

  /// Has the system write what it still holds.
  func flush() { fdatasync(descriptor) }

  /// The same at the end of all lines.
  /// - Throws: `AnswerSheetError` where somebody took the file away, or changed it, meanwhile.
  func finish() throws(AnswerSheetError) {
    flush()
    var (own, there) = (stat(), stat())
    guard unsafe fstat(descriptor, &own) == 0, unsafe stat(path, &there) == 0,
      own.st_ino == there.st_ino, own.st_dev == there.st_dev, own.st_size == length
    else {
      throw AnswerSheetError(
        .unwritable, path: path, "another program took it away, or changed it, meanwhile")
    }
  }
}
