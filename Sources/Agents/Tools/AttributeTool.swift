import JSON
import JSONRPC
import KernelProtocol

/// Which latents support an answer.
enum AttributeTool: AgentTool {
  static let name = "attribute"
  static let title = "Features behind an answer"
  static let summary = """
    Which active features support one next token against another, to first order (gradient times activation), summed over \
    positions; the highest are checked by exact ablation. A positive score supports the answer: it is about how much the \
    metric falls when the feature is removed. With an image: a heat map. Test what you find with ablate before you call it a cause.
    """
  static let takes: [Schema.Member] =
    [.init("context_id", Schema.text("Of context_open."))] + Metric.arguments + Place.arguments + [
      .init("top_k", Schema.integer("Features to list; absent: 10.", 1...100)).optional,
      .init(
        "verify", Schema.integer("How many of the highest to ablate exactly; absent: 3.", 0...20)
      ).optional,
      .init(
        "picture", Schema.flag("Whether a heat map over the first image is wanted; absent: yes.")
      ).optional,
      .init("seed", Schema.integer("For the random features; absent: 0.")).optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init("target", Schema.number("The metric's value as the model is.")),
    .init(
      "features",
      Schema.list(
        "Highest score first.",
        of: Schema.record([
          .init("feature", Schema.integer("Its number.")),
          .init("label", Schema.text("Its explanation."), isRequired: false),
          .init("score", Schema.number("First-order fall of the metric without it.")),
          .init("measured", Schema.number("The fall when it is ablated."), isRequired: false),
        ]))),
    .init(
      "shares",
      Schema.record(
        [
          .init("features", Schema.number("Sum of all scores.")),
          .init("bias", Schema.number("Of the decoder's bias.")),
          .init("error_term", Schema.number("Of what the autoencoder does not explain.")),
          .init("total", Schema.number("Their sum.")),
        ], "How the first-order total divides.")),
    .init("pearson", Schema.number("Between predicted and measured.")).optional,
    Subject.provenanceSchema, Claim.schema,
  ]

  /// How many active features chance is estimated on.
  private static let drawn = 32

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let metric = Metric(arguments)
    let count = arguments.integer("top_k") ?? 10
    var params: JSONObject = [
      "context": .string(arguments.required("context_id")), "sae": .string(subject.sae),
      "target": metric.target, "method": "gradient", "aggregate": "feature", "topK": 4096,
      "verify": .integer(Int64(arguments.integer("verify") ?? 3)),
    ]
    if let region = try Place(arguments).region { params["region"] = region }
    if arguments.flag("picture") ?? true { params["render"] = ["image": "smooth"] }
    let found = try work.ask(AttributionCompute.self, params)
    return try result(
      found, count: count, metric: metric, subject: subject,
      seed: arguments.integer("seed") ?? 0, work)
  }

  private static func result(
    _ found: AttributionCompute.Result, count: Int, metric: Metric, subject: Subject, seed: Int,
    _ work: Work
  ) throws -> ToolResult {
    let top = found.items.prefix(count)
    let labels = try Subject.labels(of: top.compactMap(\.feature?.index), work)
    let measured = Dictionary(
      (found.verification?.items ?? []).map { ($0.feature.index, $0.measured) },
      uniquingKeysWith: { first, _ in first })
    var lines = [
      "\(metric.words) = \(figure(found.target.value))", "feature  score  measured  label",
    ]
    var features: [JSONValue] = []
    for item in top {
      guard let index = item.feature?.index else { continue }
      var members: JSONObject = ["feature": .integer(Int64(index)), "score": .number(item.score)]
      members["label"] = labels[index].map { .string($0) }
      members["measured"] = measured[index].map { .number($0) }
      features.append(.object(members))
      lines.append(
        "\(index)  \(change(item.score))  \(measured[index].map(change) ?? "-")  \(labels[index] ?? "")"
      )
    }
    let claim = claim(found, metric: metric, measured: measured, seed: seed)
    let whole = found.completeness
    lines.append(
      "of \(figure(whole.total)) in all: features \(figure(whole.sum)), bias \(figure(whole.bias)), "
        + "error term \(figure(whole.errorTerm))")
    lines.append(claim.statement)
    var values: JSONObject = [
      "target": .number(found.target.value), "features": .array(features),
      "shares": [
        "features": .number(whole.sum), "bias": .number(whole.bias),
        "error_term": .number(whole.errorTerm), "total": .number(whole.total),
      ],
    ]
    values["pearson"] = found.verification?.pearson.map { .number($0) }
    values["provenance"] = subject.provenance(work, splice: found.splice, seed: seed)
    values["claim"] = claim.json
    let picture = found.renderings?.first { $0.mimeType == "image/png" }
    return ToolResult(
      lines.joined(separator: "\n"), values,
      picture: picture.flatMap { FittedPicture.png($0.base64) })
  }

  private static func claim(
    _ found: AttributionCompute.Result, metric: Metric, measured: [Int: Double], seed: Int
  ) -> Claim {
    var draw = Draw(seed: seed)
    let chance = draw.elements(drawn, of: found.items.map(\.score))
    let mean = chance.reduce(0) { $0 + abs($1) } / Double(max(1, chance.count))
    var statement = "No feature is active there."
    if let first = found.items.first, let index = first.feature?.index {
      statement =
        "To first order feature \(index) supports the answer most: \(change(first.score)) of \(metric.words)"
      if let exact = measured[index] {
        statement += "; exactly, ablating it changes the metric by \(change(-exact))"
      }
      statement += ". A random active feature's score has the mean size \(figure(mean))."
    }
    return Claim(
      statement: statement, metric: metric.words, before: found.target.value,
      control: .init(kind: "scores of random active features", values: chance),
      count: measured.count, seed: seed)
  }
}
