import Benchmarks
import Foundation
import JSON
import TestSupport
import Testing

/// Files of answers: what is in them is there whole, whoever is cut off.
@Suite struct AnswerSheetTests {
  private let header = AnswerSheet.Header(
    format: .questions, arms: [.plain, Arm(name: "quiet", role: .intervention)],
    settings: ["maxTokens": 16], questions: 3)

  private func entry(_ id: String, _ answer: String = "Yes") -> AnswerSheet.Entry {
    .init(
      QuestionItem(
        id: id, picture: "a.png", question: "Is it \"\(id)\"?", answer: "Yes", kind: "k"),
      .answered(["plain": answer, "quiet": "No\n"]))
  }

  @Test func answersAreThereAgain() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers"
    let missing = AnswerSheet.Entry(
      QuestionItem(
        id: "c", picture: nil, question: "?", answer: "red", isPlainText: true,
        place: HallusionPlace(
          category: "VS", subcategory: "map", set: "1", figure: "0", question: "2",
          visualInput: "0")), .missing("gone"))
    do {
      let journal = try AnswerJournal(path: path, header: header)
      for each in [entry("a"), entry("b", ""), missing] { try journal.add(each) }
      #expect(throws: AnswerSheetError.self) { try AnswerJournal(path: path, header: header) }
    }
    #expect(try AnswerSheet(path: path).entries == [entry("a"), entry("b", ""), missing])
    let again = try AnswerJournal(path: path, header: header)
    try again.add(AnswerSheet.Entry(missing.item, .answered(["plain": "red", "quiet": "blue"])))
    let sheet = try AnswerSheet(path: path)
    #expect(sheet.entries.count == 3 && sheet == again.sheet)
    let report = BenchmarkReport(sheet)
    #expect(report.answered == 3 && report.missing == 0 && report.questions == 3)
    #expect(report.arms[0].accuracy == Rate(2, of: 3))
    #expect(report.arms[1].paired?.harmed == 2 && report.arms[1].paired?.bothWrong == 1)
  }

  @Test func aFileThatIsCutAnywhereGoesOn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers"
    do {
      let journal = try AnswerJournal(path: path, header: header)
      for id in ["a", "b"] { try journal.add(entry(id)) }
    }
    let whole = Array(try Data(contentsOf: URL(filePath: path)))
    for length in 0..<whole.count {
      try folder.write(whole[..<length], "answers")
      let journal = try AnswerJournal(path: path, header: header)
      for id in ["a", "b"] where journal.sheet[id: id] == nil { try journal.add(entry(id)) }
      let bytes = Array(try Data(contentsOf: URL(filePath: path)))
      #expect(bytes == whole, "cut at \(length)")
    }
  }

  @Test func anythingElseIsLeftAsItIs() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers"
    for text in ["notes", "{\"a\": 1}\n", "\n\n", "{\"arms\":1}\n", "{\"arms\": and so on"] {
      try folder.write(text.utf8, "answers")
      #expect(throws: AnswerSheetError.self) { try AnswerJournal(path: path, header: header) }
      let bytes = try Data(contentsOf: URL(filePath: path))
      #expect(Array(bytes) == Array(text.utf8))
    }
    #expect(throws: AnswerSheetError.self) {
      try AnswerJournal(path: folder.path, header: header)
    }
    try folder.write([], "empty")
    do { _ = try AnswerJournal(path: folder.path + "/empty", header: header) }
    let other = AnswerSheet.Header(
      format: .questions, arms: header.arms, settings: ["maxTokens": 8], questions: 3)
    do {
      _ = try AnswerJournal(path: folder.path + "/empty", header: other)
      Issue.record("answers of other settings were gone on with")
    } catch {
      #expect(error.kind == .otherSettings && error.reason.contains("(maxTokens)"))
    }
  }

  @Test func aFileWithoutThePlainModelIsRefused() throws {
    let folder = try TemporaryFolder()
    let arms = [Arm(name: "quiet", role: .intervention)]
    let header = AnswerSheet.Header(format: .questions, arms: arms, settings: [:], questions: 3)
    do { try AnswerJournal(path: folder.path + "/answers", header: header).add(entry("a")) }
    #expect(throws: AnswerSheetError.self) { try AnswerSheet(path: folder.path + "/answers") }
  }

  @Test func partsOfOneRunAreOneSheet() throws {
    func sheet(_ ids: [String], _ header: AnswerSheet.Header) throws -> AnswerSheet {
      let folder = try TemporaryFolder()
      let journal = try AnswerJournal(path: folder.path + "/answers", header: header)
      for id in ids { try journal.add(entry(id)) }
      return journal.sheet
    }
    let (first, second) = (try sheet(["a"], header), try sheet(["b", "c"], header))
    let joined = try AnswerSheet(joining: [("1", first), ("2", second)])
    #expect(joined.entries.map(\.item.id) == ["a", "b", "c"])
    #expect(throws: AnswerSheetError.self) {
      try AnswerSheet(joining: [("1", first), ("2", first)])
    }
    let other = AnswerSheet.Header(
      format: .questions, arms: [.plain], settings: header.settings, questions: 3)
    #expect(throws: AnswerSheetError.self) {
      try AnswerSheet(joining: [("1", first), ("2", AnswerSheet(other))])
    }
  }
}
