import Glibc
import JSON
import SystemReasons

/// A file of answers that grows by a line a question, of which one process writes at a time.
///
/// A line is there whole or not at all: what a sudden end or a full disk left of one is cut off.
package final class AnswerJournal {
  package let path: String
  package private(set) var sheet: AnswerSheet
  private let descriptor: Int32
  private var length: Int

  /// Opens a file to go on with, or begins it.
  ///
  /// - Throws: `AnswerSheetError` where the path leads to something else, another process has it,
  ///   or its answers were made otherwise.
  package init(path: String, header: AnswerSheet.Header) throws(AnswerSheetError) {
    self.path = path
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o644)
    guard descriptor >= 0 else {
      throw AnswerSheetError(.unwritable, path: path, systemReason())
    }
    do throws(AnswerSheetError) {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else {
        throw AnswerSheetError(.unwritable, path: path, systemReason())
      }
      if let kind = irregularKind(ofMode: status.st_mode) {
        throw AnswerSheetError(
          .unwritable, path: path, "found \(kind), expected a file for answers")
      }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw AnswerSheetError(.busy, path: path, "another process writes answers to it")
      }
      (sheet, length) = try Self.begun(path, header: header)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    try shorten()
    if length == 0 { try append(header.line) }
  }

  deinit { close(descriptor) }

  /// What is there, and how many bytes of it are whole lines.
  private static func begun(
    _ path: String, header: AnswerSheet.Header
  ) throws(AnswerSheetError) -> (AnswerSheet, Int) {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: AnswerSheet.byteLimit) } catch {
      throw AnswerSheetError(path: path, error.reason)
    }
    let length = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    guard length > 0 else {
      // Nothing, or what was cut off of the first line: nothing of anybody else's.
      guard (try? header.line.bytes())?.starts(with: bytes) == true else {
        throw AnswerSheetError(path: path, "it holds no answers that were written here")
      }
      return (AnswerSheet(header), 0)
    }
    let sheet = try AnswerSheet(bytes[...], path: path)
    guard sheet.header.isOfSameRun(as: header) else {
      throw AnswerSheetError(
        .otherSettings, path: path,
        "its answers were made otherwise"
          + otherSettings(sheet.header, header)
          + ": name another file, or ask as before")
    }
    return (sheet, length)
  }

  /// Which settings differ, for a message.
  private static func otherSettings(
    _ found: AnswerSheet.Header, _ wanted: AnswerSheet.Header
  ) -> String {
    var names: [String] = []
    if found.format != wanted.format || found.questions != wanted.questions {
      names.append("questions")
    }
    if found.arms != wanted.arms { names.append("arms") }
    let known = Set((found.settings.members + wanted.settings.members).map(\.name))
    names += known.filter { found.settings[$0] != wanted.settings[$0] }.sorted()
    return names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
  }

  /// Adds a question.
  /// - Throws: `AnswerSheetError`; the file is then as it was.
  package func add(_ entry: AnswerSheet.Entry) throws(AnswerSheetError) {
    try append(entry.line)
    sheet.add(entry)
  }

  private func append(_ value: JSONValue) throws(AnswerSheetError) {
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

  private func shorten() throws(AnswerSheetError) {
    guard ftruncate(descriptor, length) == 0 else {
      throw AnswerSheetError(.unwritable, path: path, systemReason())
    }
  }

  /// Has the system write what it still holds.
  package func flush() { fdatasync(descriptor) }
}
