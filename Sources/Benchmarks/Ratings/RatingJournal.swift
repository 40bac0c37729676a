/// A file of ratings that grows by a line a rating.
package final class RatingJournal {
  package private(set) var sheet: RatingSheet
  private let file: LineFile

  /// Opens a file to go on with, or begins it.
  ///
  /// - Throws: `AnswerSheetError` where the path leads to something else, another process has it,
  ///   or its ratings are of something else or by another judge.
  package init(path: String, header: RatingSheet.Header) throws(AnswerSheetError) {
    var sheet = RatingSheet(header)
    file = try LineFile(path: path, first: header.line, what: "ratings") {
      (bytes) throws(AnswerSheetError) in
      sheet = try RatingSheet(bytes[...], path: path)
      let others = header.others(than: sheet.header)
      guard others.isEmpty else {
        throw AnswerSheetError(
          .otherSettings, path: path,
          "its ratings were made otherwise (\(others.joined(separator: ", "))): name another file, "
            + "or ask as before")
      }
    }
    self.sheet = sheet
  }

  /// Notes whose answers are to be rated.
  /// - Throws: `AnswerSheetError`; the file is then as it was.
  package func add(arms names: [String]) throws(AnswerSheetError) {
    let new = names.filter { !sheet.arms.contains($0) }
    guard !new.isEmpty else { return }
    try file.append(RatingSheet.line(arms: new))
    sheet.add(arms: new)
  }

  /// Adds a rating.
  /// - Throws: `AnswerSheetError`; the file is then as it was.
  package func add(_ entry: RatingSheet.Entry) throws(AnswerSheetError) {
    try file.append(entry.line)
    sheet.add(entry)
  }

  /// Has the system write what it still holds.
  package func flush() { file.flush() }

  /// The same at the end of a run.
  /// - Throws: `AnswerSheetError` where somebody took the file away, or changed it, meanwhile.
  package func finish() throws(AnswerSheetError) { try file.finish() }
}

extension RatingSheet.Header {
  /// What is not as in another, by the names that it has in the file.
  fileprivate func others(than other: Self) -> [String] {
    [
      ("concept", concept == other.concept), ("judge", judge == other.judge),
      ("method", method == other.method), ("answer", form == other.form),
      ("questionDigest", questionDigest == other.questionDigest),
    ].filter { !$0.1 }.map(\.0)
  }
}
