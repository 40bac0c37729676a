import FoundationEssentials
import Reports
import Testing

@Suite struct AnswerPageTests {
  private static func rate(_ count: Int, _ total: Int) -> AnswerReport.Rate {
    .init(count: count, total: total, interval: total > 0 ? 0.25...0.75 : nil)
  }

  private static func outcome(helped: Int, harmed: Int) -> AnswerReport.Outcome {
    .init(
      bothRight: 4 - harmed, bothWrong: 4 - helped, helped: helped, harmed: harmed,
      help: rate(helped, 4), harm: rate(harmed, 4), probability: 0.5, toYes: 1, toNo: 2)
  }

  private static func arm(
    _ name: String, _ role: AnswerReport.Role, of controlled: String? = nil,
    _ outcome: AnswerReport.Outcome?
  ) -> AnswerReport.Arm {
    .init(
      name: name, role: role, change: name, controlled: controlled,
      seed: controlled.map { _ in "7" }, accuracy: rate(4, 8), unclear: 1,
      metrics: [.init(name: name, value: nil, rate: nil)],
      kinds: [.init(name: name, accuracy: rate(4, 8), outcome: outcome)], outcome: outcome)
  }

  /// The plain model, an arm that loses more than it helps, and its controls.
  private static func report(_ text: String) -> AnswerReport {
    let draw = outcome(helped: 1, harmed: 0)
    var report = AnswerReport(
      benchmark: text, method: text, model: text, questions: 12, answered: 8, missing: 3,
      arms: [
        arm(text, .intervention, outcome(helped: 1, harmed: 2)), arm(text, .plain, nil),
        arm(text, .randomFeatures, of: text, draw), arm(text, .randomFeatures, of: text, draw),
      ],
      controls: [
        .init(
          controlled: text, role: .randomFeatures, draws: 2, accuracy: rate(10, 16),
          outcome: draw),
        .init(
          controlled: "gone" + text, role: .randomDirection, draws: 1, accuracy: rate(5, 8),
          outcome: draw),
      ])
    let flip = AnswerReport.Flip(
      id: text, picture: text, kind: text, question: text, answer: text, before: text, after: text)
    report.settings = [(text, text)]
    report.flips = [.init(arm: text, helped: [flip], harmed: [flip])]
    report.pictures = [text: .init(bytes: [9, 9], type: text, width: 4, height: 3)]
    report.lostPictures = 1
    report.pictureFolders = [text]
    return report
  }

  @Test(arguments: HostileText.examples.indices)
  func hostileTextsChangeNothingOfThePage(_ example: Int) {
    let html = AnswerPage(Self.report(HostileText.examples[example])).html
    #expect(
      HostileText.skeleton(html)
        == HostileText.skeleton(AnswerPage(Self.report("plain")).html))
    let isHarmful = html.unicodeScalars.contains {
      ($0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t")
        || ("\u{202A}"..."\u{202E}").contains($0) || ("\u{2066}"..."\u{2069}").contains($0)
    }
    #expect(!isHarmful)
  }

  @Test func thePageRunsNothingAndFetchesNothing() {
    let html = AnswerPage(Self.report("plain")).html
    #expect(!html.contains("<script") && !html.contains("script-src"))
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(html.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
  }

  @Test func thePageWarnsOfWhatIsNotThere() {
    var report = Self.report("plain")
    let html = AnswerPage(report).html
    #expect(html.contains("<p class=\"note\">3 questions have no answer"))
    #expect(html.contains("<p class=\"note\">1 question of 12 is not in these files"))
    #expect(html.contains("<p class=\"note\">1 picture of these questions is left out"))
    (report.questions, report.missing, report.lostPictures) = (8, 0, 0)
    #expect(!AnswerPage(report).html.contains("class=\"note\""))
  }

  @Test func everyPictureIsInThePageOnce() {
    let html = AnswerPage(Self.report("plain")).html
    #expect(html.ranges(of: "base64," + Data([9, 9]).base64EncodedString()).count == 1)
    #expect(html.ranges(of: "href=\"#picture-0\"").count == 2)
  }

  @Test func thePlainModelComesFirstAndDrawsFoldUnderTheirArm() throws {
    var report = Self.report("a")
    report.arms[1].name = "as it is"
    let html = AnswerPage(report).html
    let table = try #require(html.firstRange(of: "<table class=\"arms\">"))
    let rows = html[table.upperBound...].prefix { $0 != "§" }.split(separator: "<tbody")
    #expect(rows[1].contains("<b><bdi>as it is</bdi></b>"))
    #expect(rows[2].contains("<b><bdi>a</bdi></b>"))
    #expect(rows[3].contains("2 draws together"))
    #expect(rows[3].ranges(of: "<tr class=\"draw\">").count == 2)
    #expect(rows[4].contains("random directions of <bdi>gonea</bdi>"))
    // Two questions lost, one put right.
    #expect(html.contains("aria-label=\"loses\">▼</span> 50.0 %"))
  }

  @Test func withoutControlsAndKindsNothingOfThemIsShown() {
    var report = Self.report("plain")
    report.arms = Array(report.arms.prefix(2))
    report.controls = []
    for place in report.arms.indices { report.arms[place].kinds = [] }
    let html = AnswerPage(report).html
    #expect(!html.contains("<details") && !html.contains("class=\"control\""))
    #expect(!html.contains("one draw each") && !html.contains("By kind of question"))
    #expect(html.contains("Help against harm"))
  }

  @Test func nothingAnsweredIsNoNumber() {
    var report = Self.report("plain")
    let none = AnswerReport.Outcome(
      bothRight: 0, bothWrong: 0, helped: 0, harmed: 0, help: Self.rate(0, 0),
      harm: Self.rate(0, 0), probability: .nan, toYes: 0, toNo: 0)
    for place in report.arms.indices {
      report.arms[place].accuracy = Self.rate(0, 0)
      report.arms[place].metrics = [.init(name: "f1", value: .nan, rate: nil)]
      if report.arms[place].outcome != nil { report.arms[place].outcome = none }
    }
    let html = AnswerPage(report).html
    #expect(!html.localizedLowercaseContains("nan") && !html.contains("inf<"))
    #expect(html.contains("No question is answered"))
    #expect(html.contains("Without a place") && !html.contains("<figure class=\"wide helpharm"))
    #expect(!report.csv.contains("nan"))
  }

  @Test func theTableHasARowForEachArmAndKind() {
    let lines = Self.report("a").csv.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(lines.count == 1 + 4 * 2 + 2 && lines.allSatisfy { $0.count == 25 })
    #expect(
      lines[3].prefix(24)
        == [
          "a", "intervention", "", "", "", "a", "4", "8", "0.5", "0.25", "0.75", "2", "3", "1",
          "2", "0.25", "0.25", "0.75", "0.5", "0.25", "0.75", "0.5", "1", "2",
        ])
    #expect(
      lines[1][..<6] == ["a", "plain", "", "", "", "a"]
        && lines[1][11...] == [
          "", "", "", "", "", "", "", "", "", "", "", "", "", "",
        ])
    #expect(lines[9][..<8] == ["", "randomFeatures", "a", "", "2", "total", "10", "16"])
  }
}

extension String {
  fileprivate func localizedLowercaseContains(_ text: String) -> Bool {
    // Digests and pictures may hold any letters: whole cells alone count.
    contains(">\(text)") || contains("\"\(text)") || contains(" \(text) ")
  }
}
