/// Kinds of question by arms.
struct KindTable {
  private let arms: [AnswerReport.Arm]

  init(_ report: AnswerReport) { arms = report.shownArms }

  /// Nothing where the questions are of no kinds.
  var html: String {
    let names = Set(arms.flatMap(\.kinds).map(\.name)).sorted()
    guard !names.isEmpty else { return "" }
    let rows = names.map { name in
      [HTMLText.isolated(name, limit: 200)]
        + arms.map { arm in
          arm.kinds.first { $0.name == name }.map { cell($0.accuracy, $0.outcome) } ?? "–"
        }
    }
    let total = ["all questions"] + arms.map { cell($0.accuracy, $0.outcome) }
    return """
      <h2>By kind of question</h2>
      <p>Below each share: how many of how many, then the questions put right (+) and those lost \
      (−) against the model as it is. <span class="bad">▼</span> marks where more are lost than \
      put right, <span class="good">▲</span> the opposite.</p>
      <div class="kinds">
      \(HTMLText.table(
        "Questions answered right",
        head: ["kind"] + arms.map { HTMLText.isolated($0.name, limit: 200) },
        rows: rows + [total]))
      </div>
      """
  }

  private func cell(_ rate: AnswerReport.Rate, _ outcome: AnswerReport.Outcome?) -> String {
    guard rate.total > 0 else { return "–" }
    guard let outcome else {
      return RateText.percent(rate.value)
        + "<br><span class=\"soft\">\(RateText.counts(rate))</span>"
    }
    let share = RateText.percent(rate.value)
    let marked =
      if outcome.harmed > outcome.helped {
        "<b class=\"bad\"><span role=\"img\" aria-label=\"loses\">▼</span> \(share)</b>"
      } else if outcome.helped > outcome.harmed {
        "<b class=\"good\"><span role=\"img\" aria-label=\"gains\">▲</span> \(share)</b>"
      } else {
        share
      }
    let turned =
      outcome.helped + outcome.harmed > 0
      ? " · +\(NumberText.grouped(outcome.helped)) −\(NumberText.grouped(outcome.harmed))" : ""
    return "\(marked)<br><span class=\"soft\">\(RateText.counts(rate))\(turned)</span>"
  }
}
