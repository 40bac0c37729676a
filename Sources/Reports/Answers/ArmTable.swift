/// The arms of a report beside one another, controls below the arm that they belong to.
struct ArmTable {
  private let report: AnswerReport

  init(_ report: AnswerReport) { self.report = report }

  private static let head = [
    "arm", "right", "help", "harm", "McNemar’s p", "to Yes", "to No",
  ]

  var html: String {
    let head = Self.head.enumerated().map { place, name in
      "<th scope=\"col\"\(place == 0 ? "" : Self.number)>\(name)</th>"
    }
    let known = Set(report.shownArms.map(\.name))
    let others = report.controls.filter { !known.contains($0.controlled) }
    let bodies = report.shownArms.flatMap { arm in
      ["<tbody>\(row(arm))</tbody>"]
        + report.controls.filter { $0.controlled == arm.name }.map(group)
    }
    return """
      <div class="scroll"><table class="arms"><caption>Below each share: how many of how many, \
      and its interval in per cent</caption>
      <thead><tr>\(head.joined())</tr></thead>
      \((bodies + others.map(group)).joined(separator: "\n"))
      </table></div>
      """
  }

  private static let number = " class=\"number\""

  private func row(_ arm: AnswerReport.Arm) -> String {
    let change = arm.change.map {
      "<br><span class=\"soft\">\(HTMLText.isolated($0, limit: 400))</span>"
    }
    let name = """
      <b>\(HTMLText.isolated(arm.name, limit: 200))</b><br><span class="soft">\
      \(Self.title(arm.role))</span>\(change ?? "")
      """
    return cells(name, arm.accuracy, unclear: arm.unclear, arm.outcome)
  }

  /// All draws in one row, which unfolds to the single ones.
  private func group(_ control: AnswerReport.Control) -> String {
    let isOrphan = !report.arms.contains { $0.name == control.controlled }
    let of = isOrphan ? " of \(HTMLText.isolated(control.controlled, limit: 200))" : ""
    let name = """
      <details><summary>\(Self.title(control.role))\(of)</summary></details><span class="soft">\
      \(NumberText.counted(control.draws, "draw"))\(control.draws == 1 ? "" : " together")</span>
      """
    let draws = report.draws(of: control).map { draw in
      let seed = draw.seed.map { " · seed \(HTMLText.escaped($0))" }
      let change = draw.change.map { "<br>\(HTMLText.isolated($0, limit: 400))" }
      return cells(
        "<span class=\"soft\">\(HTMLText.isolated(draw.name, limit: 200))\(seed ?? "")"
          + "\(change ?? "")</span>", draw.accuracy, unclear: draw.unclear, draw.outcome,
        of: "draw")
    }
    return """
      <tbody class="control">\
      \(cells(name, control.accuracy, unclear: 0, control.outcome, of: "pool"))
      \(draws.joined(separator: "\n"))</tbody>
      """
  }

  private func cells(
    _ name: String, _ accuracy: AnswerReport.Rate, unclear: Int, _ outcome: AnswerReport.Outcome?,
    of kind: String? = nil
  ) -> String {
    let unread =
      unclear > 0
      ? "<br><span class=\"soft\">\(NumberText.grouped(unclear)) neither Yes nor No</span>" : ""
    let numbers =
      outcome.map { outcome in
        [
          RateText.cell(outcome.help), RateText.cell(outcome.harm),
          // Draws together answer the same questions: their pairs are not independent.
          kind == "pool" ? "–" : RateText.probability(outcome.probability),
          NumberText.grouped(outcome.toYes), NumberText.grouped(outcome.toNo),
        ]
      } ?? Array(repeating: "–", count: 5)
    let cells = [RateText.bar(accuracy) + RateText.cell(accuracy) + unread] + numbers
    return "<tr\(kind.map { " class=\"\($0)\"" } ?? "")><td>\(name)</td>"
      + cells.map { "<td\(Self.number)>\($0)</td>" }.joined() + "</tr>"
  }

  static func title(_ role: AnswerReport.Role) -> String {
    switch role {
    case .plain: "the model as it is"
    case .reconstruction: "the autoencoder’s reconstruction"
    case .intervention: "intervention"
    case .randomFeatures: "control: random features"
    case .randomDirection: "control: random directions"
    }
  }
}
