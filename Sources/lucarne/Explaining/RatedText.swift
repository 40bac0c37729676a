import Explanations
import JSON
import Reports

/// What people said, in tables for a terminal and as values.
struct RatedText {
  private let found: RatingResult

  init(_ found: RatingResult) { self.found = found }

  var lines: [String] {
    let raters = found.raters.map { "\($0.name) (\($0.answered))" }.joined(separator: ", ")
    let kinds = TextTable(
      ["", "explanations", "answers", "consistent"],
      found.rows.map { row in
        [row.name, "\(row.explanations)", "\(row.share.count)", Self.text(row.share.value)]
      } + [
        [
          "total", "\(found.rows.reduce(0) { $0 + $1.explanations })", "\(found.own.count)",
          Self.text(found.own.value),
        ]
      ])
    let agreement = TextTable(
      ["", "", "kappa", "questions"],
      found.pairs.map {
        [
          $0.first, "and \($0.second ?? "the judge")", Self.text($0.agreement.kappa),
          "\($0.agreement.count)",
        ]
      }, texts: [0, 1])
    return [
      "\(NumberText.counted(found.raters.count, "rater")): \(raters)",
      "\(NumberText.counted(found.scores.count, "score")) added to the index",
      "", "explanations that hold, by kind of concept",
    ] + kinds.lines + [
      "",
      "decoys accepted: \(Self.text(found.decoys.value)) of "
        + NumberText.counted(found.decoys.count, "answer"),
    ] + (found.pairs.isEmpty ? [] : ["", "agreement beyond chance (Cohen's kappa)"])
      + (found.pairs.isEmpty ? [] : agreement.lines) + note
  }

  private var note: [String] {
    found.pairs.contains { $0.agreement.kappa == nil }
      ? ["  –: both gave one and the same answer to every question"] : []
  }

  private static func text(_ value: Double?) -> String {
    value.map { NumberText.fixed($0, 3) } ?? "–"
  }

  var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func share(_ share: RatingResult.Share) -> [JSONObject.Member] {
      [
        .init(name: "answers", value: .integer(Int64(share.count))),
        .init(name: "yes", value: .integer(Int64(share.yes))),
        .init(name: "share", value: number(share.value)),
      ]
    }
    return [
      "raters": .array(
        found.raters.map {
          ["name": .string($0.name), "answered": .integer(Int64($0.answered))]
        }),
      "added": .integer(Int64(found.scores.count)),
      "kinds": .array(
        found.rows.map { row in
          .object(
            JSONObject(
              [
                .init(name: "concept", value: .string(row.name)),
                .init(name: "explanations", value: .integer(Int64(row.explanations))),
              ] + share(row.share)))
        }),
      "own": .object(JSONObject(share(found.own))),
      "decoys": .object(JSONObject(share(found.decoys))),
      "agreement": .array(
        found.pairs.map { pair in
          [
            "first": .string(pair.first), "second": pair.second.map { .string($0) } ?? .null,
            "kappa": number(pair.agreement.kappa),
            "questions": .integer(Int64(pair.agreement.count)),
          ]
        }),
    ]
  }
}
