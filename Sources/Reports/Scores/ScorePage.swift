/// The tables of a score report as one page that needs nothing beside itself.
package struct ScorePage {
  private let report: ScoreReport

  package init(_ report: ScoreReport) { self.report = report }

  package var html: String {
    HTMLText.page(
      title: "Scores of explanations", style: HTMLStyle.sheet + HTMLStyle.scores,
      body: """
        <main class="scores">
        <h1>Scores of explanations</h1>
        \(opening)
        \(report.notes.map { "<p class=\"note\">\(HTMLText.escaped($0))</p>" }.joined())
        \(summary)
        \(report.measures.map(section).joined(separator: "\n"))
        \(method)
        </main>
        """, policy: "style-src 'unsafe-inline'")
  }

  private var opening: String {
    let tried = report.indexes.reduce(0) { $0 + $1.tried }
    let explained = report.indexes.reduce(0) { $0 + $1.explained }
    let places =
      report.indexes.count == 1
      ? "one index" : "\(report.indexes.count) indexes, from the first layer to the last"
    return """
      <p>Every feature counts that somebody tried to explain: \(NumberText.grouped(tried)) of \
      \(places). \(NumberText.grouped(explained)) are explained. Those that are not have rows of \
      their own, and count as 0 in each mean of all.</p>
      """
  }

  // MARK: All measures

  private var summary: String {
    let rows = report.indexes.map { index in
      [
        HTMLText.isolated(index.name, limit: 200), NumberText.grouped(index.tried),
        NumberText.share(index.explained, of: index.tried),
      ]
        + report.measures.map { measure in
          index.table(of: measure).map { cell($0.total, measure) } ?? "–"
        }
    }
    return HTMLText.table(
      "The mean of all features; below it, that of those scored against what chance gives",
      head: ["autoencoder", "features", "explained"] + report.measures.map(headed), rows: rows)
  }

  private func headed(_ measure: String) -> String {
    "<a href=\"#\(anchor(measure))\">\(HTMLText.escaped(MeasureText.title(measure)))</a>"
  }

  private func cell(_ row: ScoreReport.Row, _ measure: String) -> String {
    guard let mean = row.mean else { return "–" }
    let digits = MeasureText.digits(measure)
    let chance = mean.chance.map { " / " + NumberText.fixed($0, digits) } ?? ""
    return "<b>\(NumberText.fixed(mean.overAll, digits))</b><br>"
      + "<span class=\"soft\">\(NumberText.fixed(mean.value, digits))\(chance)</span>"
  }

  /// Names of measures come from files: the place in the list is the address.
  private func anchor(_ measure: String) -> String {
    "measure-\(report.measures.firstIndex(of: measure) ?? 0)"
  }

  // MARK: One measure

  private func section(_ measure: String) -> String {
    let found = report.indexes.compactMap { index in
      index.table(of: measure).map { (index: index, table: $0) }
    }
    // Without kinds, the table by layer has it all.
    let shown = found.count > 1 ? found.filter { !$0.table.rows.isEmpty } : found
    let scale = ChartScale(
      means: found.flatMap { $0.table.rows + [$0.table.total] }.compactMap(\.mean))
    return """
      <h2 id="\(anchor(measure))">\(HTMLText.escaped(MeasureText.title(measure)))</h2>
      \(MeasureText.definition(measure).map { "<p>\(HTMLText.escaped($0))</p>" } ?? "")
      \(coverage(found))
      \(found.count > 1 ? layers(measure, found, scale) : "")
      <div class="tables">
      \(shown.map { kinds($0.table, of: $0.index, scale) }.joined(separator: "\n"))
      </div>
      """
  }

  /// That explanations are left out, where they are.
  private func coverage(
    _ found: [(index: ScoreReport.Index, table: ScoreReport.Table)]
  ) -> String {
    let ofExplanations = found.filter { !$0.table.rows.isEmpty }
    let scored = ofExplanations.reduce(0) { $0 + ($1.table.total.mean?.count ?? 0) }
    let explained = ofExplanations.reduce(0) { $0 + $1.index.explained }
    guard scored < explained else { return "" }
    return "<p class=\"soft\">\(NumberText.grouped(scored)) of the "
      + "\(NumberText.counted(explained, "explained feature")) have this measure; the others count "
      + "as 0 in the mean of all.</p>"
  }

  private func layers(
    _ measure: String, _ found: [(index: ScoreReport.Index, table: ScoreReport.Table)],
    _ scale: ChartScale
  ) -> String {
    let points = found.compactMap { index, table in
      table.total.mean.map { LayerChart.Point(name: index.name, mean: $0) }
    }
    let digits = MeasureText.digits(measure)
    return LayerChart(points: points, digits: digits).svg
      + HTMLText.table(
        "By layer", head: Self.head("autoencoder"),
        rows: found.map { index, table in
          cells(index.name, table.total, digits, scale)
        }, texts: [0, 7])
  }

  private func kinds(
    _ table: ScoreReport.Table, of index: ScoreReport.Index, _ scale: ChartScale
  ) -> String {
    let digits = MeasureText.digits(table.measure)
    let caption = report.indexes.count > 1 ? index.name : "By kind of concept"
    return HTMLText.table(
      caption, head: Self.head("kind"),
      rows: table.rows.map { cells($0.name, $0, digits, scale) }
        + [cells("total", table.total, digits, scale)], texts: [0, 7])
  }

  private static func head(_ first: String) -> [String] {
    [first, "features", "scored", "by chance", "mean", "±", "mean of all", ""]
  }

  private func cells(
    _ name: String, _ row: ScoreReport.Row, _ digits: Int, _ scale: ChartScale
  ) -> [String] {
    let first = [HTMLText.isolated(name, limit: 200), NumberText.grouped(row.count)]
    guard let mean = row.mean else {
      return first + ["0", "–", "–", "–", NumberText.fixed(0, digits), ""]
    }
    return first + [
      NumberText.grouped(mean.count), chance(mean, digits), NumberText.fixed(mean.value, digits),
      NumberText.fixed(mean.deviation, digits),
      "<b>\(NumberText.fixed(mean.overAll, digits))</b>", track(mean, scale),
    ]
  }

  private func chance(_ mean: ScoreReport.Mean, _ digits: Int) -> String {
    guard let chance = mean.chance else { return "–" }
    let spread = mean.chanceDeviation.map {
      " <span class=\"soft\">(\(NumberText.significant($0)))</span>"
    }
    return NumberText.fixed(chance, digits) + (spread ?? "")
  }

  /// The mean with its spread, and what chance gives, on the measure's scale.
  private func track(_ mean: ScoreReport.Mean, _ scale: ChartScale) -> String {
    func percent(_ value: Double) -> String { NumberText.fixed(100 * scale.share(value), 2) }
    let (from, to) = (mean.value - mean.deviation, mean.value + mean.deviation)
    let width = NumberText.fixed(100 * (scale.share(to) - scale.share(from)), 2)
    let chance = mean.chance.map { "<i class=\"chance\" style=\"left:\(percent($0))%\"></i>" }
    return """
      <span class="track" aria-hidden="true"><i class="spread" style="left:\(percent(from))%;\
      width:\(width)%"></i>\(chance ?? "")\
      <i class="value" style="left:\(percent(mean.value))%"></i></span>
      """
  }

  // MARK: What the numbers are

  private var method: String {
    let rows = report.indexes.map { index in
      [
        HTMLText.isolated(index.name, limit: 200), HTMLText.isolated(index.path, limit: 1000),
        "<code>\(HTMLText.escaped(String(index.model.prefix(12))))</code>",
        "<code>\(HTMLText.escaped(String(index.autoencoder.prefix(12))))</code>",
      ]
    }
    return """
      <h2>What the numbers are</h2>
      <p>The explanation that counts for a feature is its newest one; a failed attempt does not \
      hide an explanation before it. Of each measure its newest score counts. Where a phrase made \
      of a longer explanation was not judged itself, the verdict on the longer one stands.</p>
      <p><b>scored</b>: features that have the measure. <b>mean</b>: of these, and <b>±</b> their \
      standard deviation. <b>by chance</b>: the mean of what chance gives, and in brackets its \
      standard deviation over random draws. <b>mean of all</b>: over all features of the row, \
      those without a score as 0.</p>
      \(HTMLText.table(
        "Indexes", head: ["autoencoder", "file", "model", "weights"], rows: rows,
        texts: [0, 1, 2, 3]))
      """
  }
}
