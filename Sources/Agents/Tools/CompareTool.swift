import JSON
import JSONRPC
import KernelProtocol

/// What makes a model answer otherwise in another context.
enum CompareTool: AgentTool {
  static let name = "compare"
  static let title = "Two contexts"
  static let summary = """
    Why the metric differs between two contexts (another image, another question, one word \
    changed): the features whose \
    activations differ, and how much of the difference each explains, measured by patching it from \
    one into the other, \
    both ways.
    """
  static let takes: [Schema.Member] =
    [
      .init("context_id", Schema.text("Of context_open.")),
      .init("other_context_id", Schema.text("The context it is compared with.")),
    ] + Metric.arguments + [
      .init("top_k", Schema.integer("Features to measure and list; absent: 10.", 1...100))
        .optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init("target", Schema.number("The metric in the context.")),
    .init("other", Schema.number("The metric in the other one.")),
    .init("difference", Schema.number("target - other.")),
    .init("title", Schema.text("The metric with its very tokens.")),
    .init(
      "features",
      Schema.list(
        "Largest prediction first.",
        of: Schema.record(
          [
            .init("feature", Schema.integer("Its number.")),
            .init("label", Schema.text("Its explanation."), isRequired: false),
            .init("predicted", Schema.number("What it explains, to first order.")),
          ] + patched))),
    .init("together", Schema.record(patched, "All features that differ, patched at once.")),
    .init("agreement", Agreement.schema), Subject.provenanceSchema, Claim.schema,
  ]

  private static let patched: [Schema.Member] = [
    .init(
      "here",
      Schema.number("The fall of the metric in the context with the other's activations.")),
    .init("there", Schema.number("The rise of the other's metric with the context's.")),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let found = try work.ask(
      AttributionCompare.self,
      [
        "context": .string(arguments.required("context_id")),
        "other": .string(arguments.required("other_context_id")),
        "sae": .string(subject.sae), "target": Metric(arguments).target,
        "topK": .integer(Int64(arguments.integer("top_k") ?? 10)),
      ])
    let labels = try subject.labels(of: found.items.map(\.feature.index), work)
    return result(found, labels: labels, provenance: subject.provenance(work))
  }

  private static func result(
    _ found: AttributionCompare.Result, labels: [Int: String], provenance: JSONValue
  ) -> ToolResult {
    let agreement = found.agreement
    let claim = Claim(
      statement: found.explanation.sentences.joined(separator: " "),
      metric: found.explanation.title, before: found.other, after: found.target.value,
      count: agreement.n, slope: agreement.slope)
    let lines =
      [claim.statement, "feature  predicted  here  there  label"]
      + found.items.map { item in
        "\(item.feature.index)  \(change(item.predicted))  \(change(item.measured.intoContext))  "
          + "\(change(item.measured.intoOther))  \(labels[item.feature.index] ?? "")"
      }
    return ToolResult(
      lines.joined(separator: "\n"),
      [
        "target": .number(found.target.value), "other": .number(found.other),
        "difference": .number(found.difference), "title": .string(found.explanation.title),
        "features": .array(found.items.map { feature($0, label: labels[$0.feature.index]) }),
        "together": .object(members(of: found.together)),
        "agreement": Agreement.json(
          n: agreement.n, pearson: agreement.pearson, spearman: agreement.spearman,
          slope: agreement.slope, wrongSigns: agreement.wrongSigns,
          signsCounted: agreement.signsCounted),
        "provenance": provenance, "claim": claim.json,
      ])
  }

  private static func feature(_ item: AttributionCompare.Item, label: String?) -> JSONValue {
    var members = members(of: item.measured)
    members["feature"] = .integer(Int64(item.feature.index))
    members["label"] = label.map { .string($0) }
    members["predicted"] = .number(item.predicted)
    return .object(members)
  }

  private static func members(of patched: AttributionCompare.Patched) -> JSONObject {
    ["here": .number(patched.intoContext), "there": .number(patched.intoOther)]
  }
}
