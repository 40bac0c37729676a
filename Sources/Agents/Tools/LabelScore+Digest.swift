import JSON
import KernelProtocol

extension LabelScore {
  static let schema = Schema.list(
    "How well the label holds, in short.",
    of: Schema.record([
      .init("kind", Schema.text("iou, dissection (also an overlap) or auc.")),
      .init("value", Schema.number("The score.")),
      .init("baseline", Schema.number("The same by chance."), isRequired: false),
    ]))

  var json: JSONValue {
    var members: JSONObject = ["kind": .string(kind), "value": .number(value)]
    members["baseline"] = baseline.map { .number($0) }
    return .object(members)
  }

  /// `  [iou 0.352 (chance 0.07)]`; nothing where there are none.
  static func digest(_ scores: [LabelScore]?) -> String {
    guard let scores, !scores.isEmpty else { return "" }
    let told = scores.map { score in
      "\(score.kind) \(figure(score.value))"
        + (score.baseline.map { " (chance \(figure($0)))" } ?? "")
    }
    return "  [\(told.joined(separator: ", "))]"
  }
}
