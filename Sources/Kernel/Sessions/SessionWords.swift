import Glibc
import JSON
import KernelProtocol
import Reports

/// How an answer was generated, in words: what its params say beside where and what is changed.
struct GenerationManner {
  private static let told = ["temperature", "topP", "seed", "stop"]

  let words: String

  init(_ params: JSONValue) {
    var parts = params["maxTokens"].map { ["at most \(shortText(of: $0)) tokens"] } ?? []
    parts += Self.told.compactMap { name in
      params[name].map { "\(name) \(shortText(of: $0))" }
    }
    words = parts.isEmpty ? "as the kernel generates by default" : parts.joined(separator: ", ")
  }
}

/// A request's interventions in words.
struct ChangeWords {
  private static let limit = 32

  let all: [String]

  init(_ params: JSONValue, _ labels: SessionLabels) {
    var words = params["recipe"]?.stringValue.map { ["the recipe \($0)"] } ?? []
    words += (params["interventions"]?.arrayValue ?? []).prefix(Self.limit)
      .map { Self.words($0, labels) }
    if let splice = params["splice"]?.objectValue {
      let choices = splice.sortedMembers.map { "\($0.name) \(shortText(of: $0.value))" }
      words.append("splice: " + choices.joined(separator: ", "))
    }
    all = words
  }

  private static func words(_ change: JSONValue, _ labels: SessionLabels) -> String {
    let (feature, value) = (change["feature"], change["value"]?.numberValue)
    let index = feature?["index"]?.plainInteger ?? 0
    let label = labels[feature?["sae"]?.stringValue ?? "", index].map { " (\($0))" } ?? ""
    let amount = value.map(NumberText.significant) ?? "?"
    let done =
      switch change["op"]?.stringValue {
      case "zero": "muted"
      case "clamp": "set to \(amount)"
      case "add": "plus \(amount)"
      case "scale": "times \(amount)"
      default: "changed"
      }
    let places = change["at"]?.arrayValue.map { places in
      places.isEmpty
        ? " nowhere in the prompt" : " at " + places.prefix(8).map(place).joined(separator: " and ")
    }
    let after = change["generated"]?.boolValue == true ? ", and while it answers" : ""
    return "#\(index)\(label) \(done)\(places ?? "")\(after)"
  }

  private static func place(_ region: JSONValue) -> String {
    if let part = region["part"]?.stringValue { return part }
    if let count = region["last"]?.plainInteger {
      return count == 1 ? "the last position" : "the last \(count) positions"
    }
    if let span = region["span"] {
      return "positions \(span["start"]?.plainInteger ?? 0) ..< \(span["end"]?.plainInteger ?? 0)"
    }
    let image = "picture \(1 + min(region["image"]?.plainInteger ?? 0, 1 << 20))"
    let view = region["view"]?.stringValue.map { ", \($0)" } ?? ""
    let box = region["box"]?.arrayValue?.prefix(4).compactMap(\.numberValue)
      .map(NumberText.trimmed).joined(separator: ", ")
    return image + view + (box.map { ", pixels \($0)" } ?? "")
  }
}

/// A value in a few characters.
private func shortText(of value: JSONValue) -> String {
  switch value {
  case .string(let text): text
  case .integer(let number): String(number)
  case .number(let number): NumberText.significant(number)
  case .array(let elements):
    elements.prefix(8).map(shortText).joined(separator: " ")
  case .null, .bool, .object: value.summary
  }
}

extension SessionReport.Reply {
  /// - Parameter besides: tokens that it is compared with, place by place.
  init(
    _ tokens: [GeneratedToken], _ finish: Finish, manner: String,
    besides others: [GeneratedToken]? = nil
  ) {
    self.init(
      tokens: tokens.enumerated().map { place, token in
        let isNew = others.map { place >= $0.count || $0[place].id != token.id } ?? false
        return Token(text: token.text, probability: Self.probability(token), isNew: isNew)
      }, isCut: finish == .length, manner: manner)
  }

  private static func probability(_ token: GeneratedToken) -> Double {
    exp(token.logProb)
  }
}

extension SessionReport.Comparison {
  init(_ found: AttributionCompare.Result, _ labels: SessionLabels) {
    self.init(
      title: found.explanation.title, value: found.target.value, other: found.other,
      features: found.items.prefix(64).map { item in
        SessionReport.Feature(
          index: item.feature.index, label: labels[item.feature.sae, item.feature.index],
          score: item.predicted,
          measured: (item.measured.intoContext + item.measured.intoOther) / 2,
          activation: nil)
      }, sentences: found.explanation.sentences)
  }
}

extension SessionReport.Ablation {
  init(_ entry: SessionEntry, _ found: AblationRun.Result, _ labels: SessionLabels) {
    let titles = (entry.params["targets"]?.arrayValue ?? []).map(Self.title)
    self.init(
      changes: ChangeWords(entry.params, labels).all,
      targets: found.targets.prefix(64).enumerated().map { place, values in
        Values(
          title: titles.indices.contains(place) ? titles[place] : "target \(place + 1)",
          before: values.before, reconstruction: values.reconstruction, after: values.after)
      }, divergence: found.kl)
  }

  /// A target as it was asked for; its tokens are known to the kernel alone.
  private static func title(_ target: JSONValue) -> String {
    func name(_ token: JSONValue?) -> String? {
      token?["text"]?.stringValue.map(SpeltText.quoted)
        ?? token?["id"]?.plainInteger.map { "token \($0)" }
    }
    let kind = target["kind"]?.stringValue ?? "target"
    let tokens = [name(target["answer"] ?? target["token"]), name(target["baseline"])]
      .compactMap(\.self)
    return "\(kind) \(tokens.joined(separator: " − "))"
  }
}
