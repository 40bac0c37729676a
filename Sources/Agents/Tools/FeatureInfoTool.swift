import JSON
import JSONRPC
import KernelProtocol

/// What is known of a latent.
enum FeatureInfoTool: AgentTool {
  static let name = "feature_info"
  static let title = "What is known of a feature"
  static let summary = """
    A feature's statistics, explanations with their scores, the tokens its direction raises and \
    lowers, similar and \
    coactive features. See feature_examples for pictures.
    """
  static let takes: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("top_k", Schema.integer("Tokens and neighbours to list; absent: 8.", 1...50)).optional,
    Subject.argument,
  ]
  static let gives: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("label", Schema.text("Its explanation.")).optional,
    .init("frequency", Schema.number("Share of the index's positions where it is active."))
      .optional,
    .init("mean", Schema.number("Its mean activation there.")).optional,
    .init("max", Schema.number("Its largest activation.")).optional,
    .init("raises", Schema.list("Tokens it raises.", of: Schema.text("A token."))),
    .init("lowers", Schema.list("Tokens it lowers.", of: Schema.text("A token."))),
    .init(
      "similar",
      Schema.list(
        "Nearest directions.",
        of: Schema.record([
          .init("feature", Schema.integer("Its number.")),
          .init("cosine", Schema.number("Of the decoder rows.")),
          .init("label", Schema.text("Its explanation."), isRequired: false),
        ]))),
    .init("coactive", Schema.list("Active at the same tokens.", of: Schema.integer("A feature.")))
      .optional,
    .init("explanations", ExplanationTexts.schema),
    Subject.provenanceSchema,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let index = arguments.integer("feature") ?? 0
    let found = try work.ask(
      FeatureInfo.self,
      [
        "feature": subject.feature(index),
        "topK": .integer(Int64(arguments.integer("top_k") ?? 8)),
      ])
    let labels = try subject.labels(of: found.neighbours.map(\.feature.index), work)
    let explanations = try ExplanationTexts(of: index, work)
    var values: JSONObject = ["feature": .integer(Int64(index))]
    values["label"] = found.explanation.map { .string($0.text) }
    values["frequency"] = found.stats.frequency.map { .number($0) }
    values["mean"] = found.stats.mean.map { .number($0) }
    values["max"] = found.stats.max.map { .number($0) }
    values["raises"] = .array(found.logits.promoted.map { .string($0.text) })
    values["lowers"] = .array(found.logits.suppressed.map { .string($0.text) })
    values["similar"] = .array(
      found.neighbours.map { near in
        var members: JSONObject = [
          "feature": .integer(Int64(near.feature.index)), "cosine": .number(near.cosine),
        ]
        members["label"] = labels[near.feature.index].map { .string($0) }
        return .object(members)
      })
    values["coactive"] = found.coactive.map { list in
      .array(list.map { .integer(Int64($0.feature.index)) })
    }
    values["explanations"] = explanations.json
    values["provenance"] = subject.provenance(work)
    return ToolResult(
      digest(index, found, labels, explanations).joined(separator: "\n"), values)
  }

  private static func digest(
    _ index: Int, _ found: FeatureInfo.Result, _ labels: [Int: String],
    _ explanations: ExplanationTexts
  ) -> [String] {
    func tokens(_ effects: [FeatureInfo.TokenEffect]) -> String {
      effects.map { JSONWriter.quoted($0.text) }.joined(separator: " ")
    }
    var lines = [
      "feature \(index): \(found.explanation?.text ?? "not explained")"
        + LabelScore.digest(found.explanation?.labelScores)
    ]
    if let frequency = found.stats.frequency {
      lines.append(
        "active at \(figure(frequency * 100)) % of positions, mean "
          + "\(figure(found.stats.mean ?? 0)), "
          + "largest \(figure(found.stats.max ?? 0))")
    }
    lines.append("raises \(tokens(found.logits.promoted))")
    lines.append("lowers \(tokens(found.logits.suppressed))")
    lines += found.neighbours.prefix(5).map {
      "similar: \($0.feature.index)  cosine \(figure($0.cosine))  \(labels[$0.feature.index] ?? "")"
    }
    return lines + explanations.digest
  }
}

/// Every revision of a latent's explanation.
struct ExplanationTexts {
  private let items: [Explanation]

  /// None where no index is open.
  init(of latent: Int, _ work: Work) throws {
    do {
      items = try work.ask(ExplanationGet.self, ["latent": .integer(Int64(latent))]).items
    } catch let failure as ResponseFailure where failure.data?["kind"] == "indexMissing" {
      items = []
    }
  }

  var newest: Explanation? { items.first }

  var json: JSONValue { .array(items.prefix(20).map(Self.json)) }

  static func json(_ item: Explanation) -> JSONValue {
    [
      "revision": .integer(Int64(item.revision)), "state": .string(item.state.rawValue),
      "text": .string(item.text), "author": .string(item.author.name),
      "author_kind": .string(item.author.kind.rawValue),
      "scores": .array(item.scores.map(score)),
    ]
  }

  private static func score(_ score: Explanation.Score) -> JSONValue {
    var members: JSONObject = [
      "kind": .string(score.kind), "value": .number(score.value),
      "count": .integer(Int64(score.count)),
    ]
    members["baseline"] = score.baseline.map { .number($0) }
    return .object(members)
  }

  var digest: [String] {
    items.prefix(4).map { item in
      let scores = item.scores.map { score in
        "\(score.kind) \(figure(score.value))"
          + (score.baseline.map { " (chance \(figure($0)))" } ?? "")
      }
      return "revision \(item.revision) by \(item.author.name): \(item.state.rawValue) "
        + "\(JSONWriter.quoted(item.text))  \(scores.joined(separator: ", "))"
    }
  }

  static let scoresSchema = Schema.list(
    "How well it holds.",
    of: Schema.record([
      .init("kind", Schema.text("Such as iou, auc, clip or dissection.")),
      .init("value", Schema.number("The score.")),
      .init("baseline", Schema.number("The same by chance."), isRequired: false),
      .init("count", Schema.integer("Pictures it rests on.")),
    ]))

  static let itemSchema = Schema.record([
    .init("revision", Schema.integer("From 1.")),
    .init("state", Schema.text("explained, uninterpretable or failed.")),
    .init("text", Schema.text("The explanation.")), .init("author", Schema.text("Who said so.")),
    .init("author_kind", Schema.text("human, program or model.")),
    .init("scores", scoresSchema),
  ])

  static let schema = Schema.list("Every revision, newest first.", of: itemSchema)
}
