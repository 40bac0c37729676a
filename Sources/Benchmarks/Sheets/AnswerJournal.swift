import JSON

/// A file of answers that grows by a line a question.
package final class AnswerJournal {
  package var path: String { file.path }
  package private(set) var sheet: AnswerSheet
  private let file: LineFile

  /// Opens a file to go on with, or begins it.
  ///
  /// - Throws: `AnswerSheetError` where the path leads to something else, another process has it,
  ///   or its answers were made otherwise.
  package init(path: String, header: AnswerSheet.Header) throws(AnswerSheetError) {
    var sheet = AnswerSheet(header)
    file = try LineFile(path: path, first: header.line, what: "answers") {
      (bytes) throws(AnswerSheetError) in
      sheet = try AnswerSheet(bytes[...], path: path)
      guard sheet.header.isOfSameRun(as: header) else {
        throw AnswerSheetError(
          .otherSettings, path: path,
          "its answers were made otherwise"
            + Self.otherSettings(sheet.header, header)
            + ": name another file, or ask as before")
      }
    }
    self.sheet = sheet
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
    try file.append(entry.line)
    sheet.add(entry)
  }

  /// Has the system write what it still holds.
  package func flush() { file.flush() }

  /// The same at the end of a run.
  /// - Throws: `AnswerSheetError` where somebody took the file away, or changed it, meanwhile.
  package func finish() throws(AnswerSheetError) { try file.finish() }
}
