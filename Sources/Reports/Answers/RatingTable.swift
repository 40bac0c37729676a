/// A judge's ratings by arms, a table a concept.
struct RatingTable {
  private let ratings: [AnswerReport.Ratings]

  init(_ report: AnswerReport) { ratings = report.ratings }

  /// Nothing where no answers were rated.
  var html: String {
    guard !ratings.isEmpty else { return "" }
    return """
      <h2>Rated by a judge</h2>
      <p>Each answer is rated 0 to 2 for how far it brings in the concept, how far it answers the \
      question, and how well it reads; its <b>score</b> is the harmonic mean of the three, and 0 \
      where one is 0. Means over the answers that have all three ratings, with their standard \
      errors; the judge sees no picture. <b>against plain</b>: the score less that of the model \
      as it is, over the pairs of answers to one question that are rated in both.</p>
      <div class="metrics">
      \(ratings.map(table).joined(separator: "\n"))
      </div>
      """
  }

  private func table(_ ratings: AnswerReport.Ratings) -> String {
    means(ratings) + ratings.arms.map(texts).joined()
  }

  private func texts(_ arm: AnswerReport.RatedArm) -> String {
    guard !arm.changes.isEmpty else { return "" }
    let table = HTMLText.table(
      "\(arm.changes.count) of \(NumberText.counted(arm.changeCount, "text")) that are not the "
        + "plain model’s",
      head: ["question", "as it is", "changed", "concept", "instruction", "fluency"],
      rows: arm.changes.map { text in
        [text.question, text.before, text.after].map { HTMLText.isolated($0, limit: 300) }
          + ["\(text.concept)", "\(text.instruction)", "\(text.fluency)"]
      }, texts: [0, 1, 2])
    return "<details><summary>What \(HTMLText.isolated(arm.name, limit: 200)) says</summary>"
      + table + "</details>"
  }

  private func means(_ ratings: AnswerReport.Ratings) -> String {
    HTMLText.table(
      "“\(ratings.concept)”, rated by \(ratings.judge)",
      head: [
        "arm", "concept", "instruction", "fluency", "score", "against plain", "pairs", "rated",
      ],
      rows: ratings.arms.map { arm in
        [HTMLText.isolated(arm.name, limit: 200)]
          + [arm.concept, arm.instruction, arm.fluency].map { Self.text($0.value) }
          + [Self.cell(arm.score), arm.difference.map { Self.cell($0, signed: true) } ?? ""]
          + [arm.difference == nil ? "" : NumberText.grouped(arm.pairs)]
          + ["\(NumberText.grouped(arm.rated)) of \(NumberText.grouped(arm.rated + arm.unrated))"]
      })
  }

  private static func cell(_ mean: AnswerReport.Mean, signed: Bool = false) -> String {
    let error = mean.standardError.map {
      "<br><span class=\"soft\">± \(NumberText.fixed($0, 3))</span>"
    }
    return text(mean.value, signed: signed) + (error ?? "")
  }

  private static func text(_ value: Double?, signed: Bool = false) -> String {
    guard let value else { return "–" }
    return signed ? NumberText.signed(value, 3) : NumberText.fixed(value, 3)
  }
}
