import Reports
import Testing

@Suite struct SessionPageTests {
  /// A session whose every text is the same.
  private static func report(_ text: String) -> SessionReport {
    let reply = SessionReport.Reply(
      tokens: [
        .init(text: text, probability: 0.5), .init(text: text, probability: 1, isNew: true),
      ],
      isCut: true, manner: text)
    let cell = SessionReport.Map.Cell(left: 0, top: 0, right: 2, bottom: 2, score: -1)
    var attribution = SessionReport.Attribution(title: text, value: 1, method: text)
    attribution.places = .init(
      maps: [
        .init(picture: 0, view: text, cells: [cell]), .init(picture: 1, view: text, cells: []),
      ],
      words: [(text, 1), (text, -0.5)], largest: 1)
    attribution.features = [1.0, -1.0].map {
      .init(index: 7, label: text, score: $0, measured: nil, activation: nil)
    }
    attribution.parts = [.init(name: text, score: 1)]
    attribution.sums = [(text, 1)]
    attribution.check = .init(
      points: [.init(name: text, origin: text, predicted: 1, measured: -1)], figures: [text],
      doubts: [text])
    attribution.sentences = [text]
    var question = SessionReport.Question(turns: [
      .init(role: text, name: text, content: .picture(0)),
      .init(role: text, name: text, content: .picture(nil)),
      .init(role: text, name: text, content: .text(text)),
    ])
    question.answers = [reply]
    question.attributions = [attribution]
    question.comparisons = [
      .init(
        title: text, value: 1, other: 0, features: attribution.features, sentences: [text])
    ]
    question.steerings = [
      .init(
        changes: [text], manner: text, plain: reply, reconstruction: nil, steered: reply,
        receipt: [(text, text)])
    ]
    question.ablations = [
      .init(
        changes: [text], targets: [.init(title: text, before: 1, reconstruction: 1, after: 0)],
        divergence: .nan)
    ]
    question.others = [(text, 2)]
    question.notes = [text]
    var report = SessionReport(
      created: text, note: text, facts: [(text, text)],
      pictures: [
        .init(
          name: text, digest: text,
          content: .init(bytes: [9, 9], type: text, width: 4, height: 3)),
        .init(name: text, digest: text, content: nil),
      ], questions: [question])
    report.warnings = [text]
    return report
  }

  @Test(arguments: HostileText.examples.indices)
  func hostileTextsChangeNothingOfThePage(_ example: Int) {
    let html = SessionPage(Self.report(HostileText.examples[example])).html
    #expect(
      HostileText.skeleton(html)
        == HostileText.skeleton(SessionPage(Self.report("plain")).html))
    let isHarmful = html.unicodeScalars.contains {
      ($0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t")
        || ("\u{202A}"..."\u{202E}").contains($0) || ("\u{2066}"..."\u{2069}").contains($0)
    }
    #expect(!isHarmful)
  }

  @Test func thePageRunsNothingAndFetchesNothing() {
    let html = SessionPage(Self.report("plain")).html
    #expect(!html.contains("<script") && !html.contains("script-src"))
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(html.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
  }

  @Test func numbersThatAreNoneAreNeverMarkup() {
    var report = Self.report("plain")
    let cell = SessionReport.Map.Cell(
      left: .nan, top: -.infinity, right: 1e300, bottom: .infinity, score: .nan)
    report.questions[0].attributions[0].places = .init(
      maps: [.init(picture: 0, view: "tiles", cells: [cell])], words: [("word", .nan)],
      largest: .infinity)
    let html = SessionPage(report).html
    #expect(!html.contains("<rect") && !html.contains("\"nan\""))
  }
}
