import JSON
import KernelProtocol

/// A feature with what its score predicts and, where it was ablated, what that measured.
struct AttributedFeature {
  static let schema = Schema.record([
    .init("feature", Schema.integer("Its number.")),
    .init("label", Schema.text("Its explanation."), isRequired: false),
    .init("score", Schema.number("The fall of the metric without it, by the method.")),
    .init("measured", Schema.number("The fall when it is ablated exactly."), isRequired: false),
  ])

  let index: Int
  let score: Double
  let measured: Double?

  /// What it does, measured where it was.
  var fall: Double { measured ?? score }

  /// The listed features and those that were ablated as the strongest of a second
  /// method, strongest first; one drawn as a control is told what it measured where it is
  /// listed by itself.
  static func all(of found: AttributionCompute.Result) -> [AttributedFeature] {
    let isExact = found.method == .ablation
    var features: [Int: AttributedFeature] = [:]
    for item in found.items {
      guard let index = item.feature?.index else { continue }
      features[index] = AttributedFeature(
        index: index, score: item.score, measured: isExact ? item.score : nil)
    }
    for item in found.verification?.items ?? [] {
      guard let index = item.feature?.index, item.origin != .random || features[index] != nil
      else { continue }
      features[index] = AttributedFeature(
        index: index, score: item.predicted, measured: item.measured)
    }
    return features.values.sorted {
      (abs($0.fall), -$0.index) > (abs($1.fall), -$1.index)
    }
  }

  func json(label: String?) -> JSONValue {
    var members: JSONObject = ["feature": .integer(Int64(index)), "score": .number(score)]
    members["label"] = label.map { .string($0) }
    members["measured"] = measured.map { .number($0) }
    return .object(members)
  }

  func line(label: String?) -> String {
    "\(index)  \(change(score))  \(measured.map(change) ?? "-")  \(label ?? "")"
  }
}
