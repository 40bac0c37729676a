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
      as it is, question by question.</p>
      <div class="metrics">
      \(ratings.map(table).joined(separator: "\n"))
      </div>
      """
  }

  private func table(_ ratings: AnswerReport.Ratings) -> String {
    HTMLText.table(
      "“\(ratings.concept)”, rated by \(ratings.judge)",
      head: [
        "arm", "concept", "instruction", "fluency", "score", "against plain", "rated",
      ],
      rows: ratings.arms.map { arm in
        [HTMLText.isolated(arm.name, limit: 200)]
          + [arm.concept, arm.instruction, arm.fluency].map { Self.text($0.value) }
          + [Self.cell(arm.score), arm.difference.map { Self.cell($0, signed: true) } ?? ""]
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
