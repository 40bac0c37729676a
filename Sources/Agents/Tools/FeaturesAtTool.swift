import JSON
import JSONRPC
import KernelProtocol

/// The latents that are active somewhere in a context.
enum FeaturesAtTool: AgentTool {
  static let name = "features_at"
  static let title = "Active features"
  static let summary = """
    The features that are active in a context: everywhere, at positions, in an image or in a box \
    of it, strongest \
    first. Active does not mean important: attribute and ablate tell what matters for an answer.
    """
  static let takes: [Schema.Member] =
    [.init("context_id", Schema.text("Of context_open."))] + Place.arguments + [
      .init(
        "rank_by",
        Schema.text(
          "What a feature's activations are reduced to; absent: max.",
          oneOf: ["max", "mean", "sum"])
      ).optional,
      .init("top_k", Schema.integer("Features to list; absent: 10.", 1...100)).optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init(
      "features",
      Schema.list(
        "Strongest first.",
        of: Schema.record([
          .init("feature", Schema.integer("Its number.")),
          .init("label", Schema.text("Its explanation."), isRequired: false),
          .init("score", Schema.number("By rank_by.")),
          .init("count", Schema.integer("Positions where it is active.")),
          .init("strongest_position", Schema.integer("Where it is strongest."), isRequired: false),
        ]))),
    .init("l0", Schema.number("Features active at a position, on average.")),
    .init("fvu", Schema.number("Share of the variance that the autoencoder leaves.")).optional,
    Subject.provenanceSchema, Claim.schema,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    var params: JSONObject = [
      "context": .string(arguments.required("context_id")), "sae": .string(subject.sae),
      "topK": .integer(Int64(arguments.integer("top_k") ?? 10)),
    ]
    if let region = try Place(arguments, work).region { params["region"] = region }
    if let rank = arguments["rank_by"] { params["rankBy"] = rank }
    let found = try work.ask(FeatureActivations.self, params)
    let labels = try subject.labels(of: found.items.map(\.feature.index), work)
    var lines = ["feature  \(arguments.text("rank_by") ?? "max")  positions  strongest at  label"]
    var features: [JSONValue] = []
    for item in found.items {
      let index = item.feature.index
      let strongest = item.positions.max { $0.value < $1.value }
      var members: JSONObject = [
        "feature": .integer(Int64(index)), "score": .number(item.score),
        "count": .integer(Int64(item.positions.count)),
      ]
      members["label"] = labels[index].map { .string($0) }
      members["strongest_position"] = strongest.map { .integer(Int64($0.position)) }
      features.append(.object(members))
      lines.append(
        "\(index)  \(figure(item.score))  \(item.positions.count)  "
          + "\(strongest.map { "\($0.position)" } ?? "-")  \(labels[index] ?? "")")
    }
    lines.append("l0 \(figure(found.l0)), FVU \(found.fvu.map(figure) ?? "-")")
    let claim = Claim(
      statement:
        "These features are active there. That is not evidence that the answer depends on them.",
      metric: "activation", count: found.items.count)
    var values: JSONObject = ["features": .array(features), "l0": .number(found.l0)]
    values["fvu"] = found.fvu.map { .number($0) }
    values["provenance"] = subject.provenance(work)
    values["claim"] = claim.json
    return ToolResult(lines.joined(separator: "\n"), values)
  }
}
