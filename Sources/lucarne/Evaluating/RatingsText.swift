import KernelProtocol
import Reports

/// What a judge's ratings say, for a terminal: a row an arm.
struct RatingsText {
  private let ratings: EvaluationJudge.Ratings

  init(_ ratings: EvaluationJudge.Ratings) { self.ratings = ratings }

  var lines: [String] {
    let table = TextTable(
      [
        "", "concept", "instruction", "fluency", "score", "", "against plain", "", "pairs",
        "rated",
      ],
      ratings.arms.map { arm in
        [
          arm.name, number(arm.concept), number(arm.instruction), number(arm.fluency),
          number(arm.score), error(arm.score),
          arm.difference.map { number($0, signed: true) } ?? "",
          arm.difference.map(error) ?? "", arm.difference.map { "\($0.count)" } ?? "",
          "\(arm.rated) of \(arm.rated + arm.unrated)",
        ]
      })
    return ["\"\(ratings.concept)\", rated 0 to 2 by \(ratings.judge)", ""] + table.lines
      + ["score: the harmonic mean of the three, 0 where one is 0; in brackets standard errors"]
  }

  private func number(_ mean: EvaluationJudge.Mean, signed: Bool = false) -> String {
    guard let value = mean.value else { return "–" }
    return signed ? NumberText.signed(value, 3) : NumberText.fixed(value, 3)
  }

  private func error(_ mean: EvaluationJudge.Mean) -> String {
    mean.standardError.map { "(± \(NumberText.fixed($0, 3)))" } ?? ""
  }
}
