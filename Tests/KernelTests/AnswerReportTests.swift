import Benchmarks
import Images
import JSON
import Kernel
import Reports
import TestSupport
import Testing

/// A file of answers as `lucarne report answers` shows it, its numbers counted by hand.
@Suite struct AnswerReportTests {
  private static let arms = [
    Arm.plain, Arm(name: "quiet", role: .intervention),
    Arm(name: "quiet · 0", role: .randomFeatures, controlled: "quiet", seed: 0),
    Arm(name: "quiet · 1", role: .randomFeatures, controlled: "quiet", seed: 1),
  ]

  private static func item(_ id: String, _ answer: String, _ kind: String) -> QuestionItem {
    QuestionItem(
      id: id, picture: "\(id).png", question: "Is \(id) here?", answer: answer, kind: kind)
  }

  /// What is asked: right answer, kind, and the answers of the four arms.
  private static let rows = [
    ("a", "Yes", "x", ["No", "Yes", "Yes", "No"]), ("b", "No", "x", ["Yes", "No", "Yes", "Yes"]),
    ("c", "Yes", "y", ["Yes", "No", "Yes", "Yes"]), ("d", "No", "y", ["No", "No", "No", "Yes"]),
    ("e", "Yes", "y", ["No", "No", "No", "No"]),
  ]

  /// Five questions answered, one whose picture is gone, two not asked yet.
  private static func write(to path: String) throws {
    let settings: JSONObject = [
      "modelDigest": "abc", "maxTokens": 4,
      "changes": [
        [
          "arm": "quiet",
          "interventions": [["feature": 7, "op": "zero", "at": [["last": 1]]]], "splice": nil,
        ]
      ],
    ]
    let journal = try AnswerJournal(
      path: path,
      header: .init(format: .questions, arms: arms, settings: settings, questions: 8))
    for (id, answer, kind, said) in rows {
      let texts = Dictionary(uniqueKeysWithValues: zip(arms.map(\.name), said))
      try journal.add(.init(item(id, answer, kind), .answered(texts)))
    }
    try journal.add(.init(item("f", "No", "x"), .missing("gone")))
  }

  @Test func thePagesNumbersAreThoseCountedByHand() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers.jsonl"
    try Self.write(to: path)
    let report = try LocalAnswers.report(ofFiles: [path], pictures: nil)
    #expect(report.questions == 8 && report.answered == 5 && report.missing == 1)
    let (plain, quiet) = (report.arms[0], report.arms[1])
    #expect(plain.accuracy.count == 2 && plain.accuracy.total == 5 && plain.outcome == nil)
    #expect(quiet.accuracy.count == 3 && quiet.change == "zero feature 7 at the last position")
    let outcome = try #require(quiet.outcome)
    #expect(
      [outcome.bothRight, outcome.bothWrong, outcome.helped, outcome.harmed] == [1, 1, 2, 1])
    #expect(outcome.help.total == 3 && outcome.harm.total == 2)
    #expect(outcome.probability == 1 && outcome.toYes == 1 && outcome.toNo == 2)
    // Both draws together: one helps once, the other harms once.
    let control = try #require(report.controls.first)
    #expect(report.controls.count == 1 && control.draws == 2 && control.controlled == "quiet")
    #expect(control.accuracy.count == 4 && control.accuracy.total == 10)
    #expect(control.outcome.help.count == 1 && control.outcome.help.total == 6)
    #expect(control.outcome.harm.count == 1 && control.outcome.harm.total == 4)

    let html = AnswerPage(report).html
    for cell in [
      "<b>40.0 %</b><br><span class=\"soft\">2 of 5, 11.8–76.9</span>",
      "<b>60.0 %</b><br><span class=\"soft\">3 of 5, 23.1–88.2</span>",
      "<b>66.7 %</b><br><span class=\"soft\">2 of 3, 20.8–93.9</span>",
      "<b>50.0 %</b><br><span class=\"soft\">1 of 2, 9.5–90.5</span>",
      "<b>16.7 %</b><br><span class=\"soft\">1 of 6, 3.0–56.4</span>",
      "▲</span> 100.0 %</b><br><span class=\"soft\">2 of 2 · +2 −0</span>",
      "▼</span> 33.3 %</b><br><span class=\"soft\">1 of 3 · +0 −1</span>",
    ] { #expect(html.contains(cell), "\(cell)") }
    #expect(html.contains("2 questions of 8 are not in these files"))
    #expect(html.contains("1 question has no answer"))
  }

  @Test func picturesThatAreNotThereAreLeftOutAndCounted() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers.jsonl"
    try Self.write(to: path)
    let png = try PNGEncoder.data(Picture(width: 2, height: 1, pixels: [0, 1, 2, 3, 4, 5]))
    try folder.write(png, "a.png")
    try folder.write(png.prefix(30), "b.png")
    let report = try LocalAnswers.report(ofFiles: [path], pictures: nil)
    #expect(report.flips.map(\.arm) == ["quiet"])
    #expect(report.flips[0].helped.map(\.id) == ["a", "b"])
    #expect(report.flips[0].harmed.map(\.id) == ["c"])
    #expect(report.pictures == ["a.png": .init(bytes: png, type: "image/png", width: 2, height: 1)])
    #expect(report.lostPictures == 2 && report.pictureFolders == [folder.path])
    let elsewhere = try LocalAnswers.report(ofFiles: [path], pictures: folder.path + "/none")
    #expect(elsewhere.pictures.isEmpty && elsewhere.lostPictures == 3)
    #expect(AnswerPage(elsewhere).html.contains("3 pictures of these questions are left out"))
  }

  @Test func atMostTwentyFourOfEachAreShown() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers.jsonl"
    let arms = Array(Self.arms.prefix(2))
    do {
      let journal = try AnswerJournal(
        path: path, header: .init(format: .questions, arms: arms, settings: [:], questions: 30))
      for number in 0..<30 {
        let item = QuestionItem(
          id: "\(number)", picture: nil, question: "?", answer: number < 26 ? "Yes" : "No")
        try journal.add(.init(item, .answered(["plain": "No", "quiet": "Yes"])))
      }
    }
    let report = try LocalAnswers.report(ofFiles: [path], pictures: nil)
    #expect(report.flips[0].helped.count == 24 && report.flips[0].harmed.count == 4)
    let html = AnswerPage(report).html
    #expect(html.contains("26 questions, of which the first 24 are shown"))
    #expect(html.contains("<b>Lost</b>: 4 questions."))
    let changes = try LocalAnswers(files: [path]).json()["changes"]?.arrayValue
    #expect(changes?.count == 30)
  }

  @Test func theJSONIsThatOfTheReportsAnswer() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers.jsonl"
    try Self.write(to: path)
    let json = try LocalAnswers(files: [path]).json()
    let quiet = json["arms"]?.arrayValue?[1]
    #expect(json["answered"] == 5 && json["settings"]?["maxTokens"] == 4)
    #expect(quiet?["paired"]?["helped"] == 2 && quiet?["paired"]?["harm"]?["total"] == 2)
    #expect(json["files"]?.arrayValue == [.string(path)])
  }
}
