import KernelProtocol
import Reports

/// What a scoring found, in tables for a terminal: one for each measure, a row for each kind of
/// concept, and the whole below.
struct ScoredText {
  private let found: ExplanationScore.Scored

  init(_ found: ExplanationScore.Scored) { self.found = found }

  var lines: [String] {
    [summary] + found.means.flatMap { ["", $0.kind] + table(of: $0).lines }
  }

  private var summary: String {
    let counts = [
      ("scored", found.scored), ("uninterpretable", found.uninterpretable),
      ("failed", found.failed), ("unmatched", found.unmatched),
    ].filter { $0.1 > 0 || $0.0 == "scored" }.map { "\(NumberText.grouped($0.1)) \($0.0)" }
    let known = found.known > 0 ? "; \(NumberText.grouped(found.known)) scores were there" : ""
    return counts.joined(separator: ", ") + " in \(durationText(found.seconds))\(known)"
  }

  private func table(of mean: ExplanationScore.Mean) -> TextTable {
    guard found.rows.contains(where: { row in row.means.contains { $0.kind == mean.kind } }) else {
      // What needs no explanation is measured over features, and has no kinds.
      return TextTable(
        ["", "scored", "mean", "by chance"],
        [["total", NumberText.grouped(mean.count)] + cells(mean)])
    }
    let rows = found.rows.map { row in
      cells(row.concept, row.count, row.means.first { $0.kind == mean.kind })
    }
    let count = found.rows.reduce(0) { $0 + $1.count }
    return TextTable(
      ["", "features", "scored", "mean", "by chance", "mean of all"],
      rows + [cells("total", count, mean)])
  }

  private func cells(_ name: String, _ count: Int, _ mean: ExplanationScore.Mean?) -> [String] {
    [name, NumberText.grouped(count), NumberText.grouped(mean?.count ?? 0)]
      + (mean.map(cells) ?? ["–", "–"]) + [NumberText.fixed(mean?.overAll ?? 0, 3)]
  }

  private func cells(_ mean: ExplanationScore.Mean) -> [String] {
    [NumberText.fixed(mean.value, 3), mean.baseline.map { NumberText.fixed($0, 3) } ?? "–"]
  }
}
