/// A report of answers as one page that needs nothing beside itself.
package struct AnswerPage {
  private let report: AnswerReport

  package init(_ report: AnswerReport) { self.report = report }

  package var html: String {
    HTMLText.page(
      title: "Answers to \(report.benchmark)", style: HTMLStyle.sheet + HTMLStyle.answers,
      body: """
        <main class="evaluation">
        <h1>Answers to \(HTMLText.escaped(report.benchmark))</h1>
        \(opening)
        \(warnings)
        \(run)
        <h2>Arms</h2>
        \(ArmTable(report).html)
        \(metrics)
        \(HelpHarmChart(report).html)
        \(KindTable(report).html)
        \(RatingTable(report).html)
        \(FlipGallery(report).html)
        \(method)
        </main>
        """, policy: "style-src 'unsafe-inline'")
  }

  // MARK: The head

  private var opening: String {
    let plain = report.arms.first { $0.role == .plain }
    let right = plain.map { plain in
      plain.accuracy.total > 0
        ? "As it is, the model answers \(RateText.counts(plain.accuracy)) questions right "
          + "(\(RateText.percent(plain.accuracy.value)))."
        : "No question is answered."
    }
    return "<p>\(right ?? "")</p>"
  }

  private var warnings: String {
    var notes: [String] = []
    if report.missing > 0 {
      notes.append(
        "\(NumberText.counted(report.missing, "question")) "
          + "\(report.missing == 1 ? "has" : "have") no answer, because the picture is missing or "
          + "unreadable, and counts nowhere on this page.")
    }
    if report.unasked > 0 {
      notes.append(
        "\(NumberText.counted(report.unasked, "question")) of "
          + "\(NumberText.grouped(report.questions)) \(report.unasked == 1 ? "is" : "are") not in "
          + "these files: the run is not finished, or only some of its parts are given.")
    }
    return notes.map { "<p class=\"note\">\($0)</p>" }.joined(separator: "\n")
  }

  private var run: String {
    let counts = [
      ("questions asked", report.questions), ("answered", report.answered),
      ("without a picture", report.missing),
    ].map { ($0.0, NumberText.grouped($0.1)) }
    let facts =
      [("benchmark", HTMLText.escaped(report.benchmark))] + counts
      + ([("model", report.model)] + report.settings).map { name, value in
        (HTMLText.isolated(name, limit: 100), Self.shown(value))
      }
    return "<dl class=\"run\">"
      + facts.map { "<div><dt>\($0)</dt><dd>\($1)</dd></div>" }.joined(separator: "\n") + "</dl>"
  }

  /// A digest by its first digits.
  private static func shown(_ value: String) -> String {
    guard value.utf8.count == 64, value.utf8.count(where: Self.isDigit) == 64 else {
      return HTMLText.isolated(value, limit: 1000)
    }
    return "<code title=\"\(value)\">\(value.prefix(16))…</code>"
  }

  /// Whether a byte is a hexadecimal digit.
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  // MARK: The benchmark's own numbers

  private var metrics: String {
    let names = report.arms.first?.metrics.map(\.name) ?? []
    guard !names.isEmpty else { return "" }
    let draws = report.arms.filter(\.role.isControl)
    let folded =
      draws.isEmpty
      ? ""
      : "<details><summary>Of the controls’ single draws</summary>"
        + table("Controls", draws, names) + "</details>"
    return """
      <h2>The benchmark’s own numbers</h2>
      <p>\(HTMLText.escaped(report.method))</p>
      <div class="metrics">
      \(table("In per cent", report.shownArms, names))
      \(folded)
      </div>
      """
  }

  private func table(_ caption: String, _ arms: [AnswerReport.Arm], _ names: [String]) -> String {
    HTMLText.table(
      caption, head: ["arm"] + names.map { HTMLText.isolated($0, limit: 100) },
      rows: arms.map { arm in
        [HTMLText.isolated(arm.name, limit: 200)]
          + names.map { name in
            let metric = arm.metrics.first { $0.name == name }
            let counts = metric?.rate.flatMap { rate in
              rate.total > 0
                ? "<br><span class=\"soft\">\(RateText.counts(rate))</span>" : nil
            }
            return RateText.percent(metric?.value) + (counts ?? "")
          }
      })
  }

  // MARK: What the numbers are

  private var method: String {
    """
    <h2>What the numbers are</h2>
    <p><b>right</b>: of the questions that were answered in every arm. <b>help</b>: of those that \
    the model as it is answers wrong, the share that an arm puts right. <b>harm</b>: of those that \
    it answers right, the share that an arm loses. Intervals are Wilson’s at 95 %.</p>
    <p><b>McNemar’s p</b>, exact: were help and harm as likely, how probable a split as uneven as \
    this one, or more, would be among the questions that are turned (two-sided). <b>to \
    Yes</b>, <b>to No</b>: answers that became it, whatever is right.</p>
    <p>A control changes as much as its arm, but other features, drawn at random among those that \
    are about as active, or in a random direction. What an arm does counts as far as its controls \
    do not do it; on questions about one concept, features that are about as active are often of \
    that concept, too, so look at which they are. Draws together are the same questions several \
    times: their intervals take them for independent and are too narrow, and they have no p.</p>
    """
  }
}
