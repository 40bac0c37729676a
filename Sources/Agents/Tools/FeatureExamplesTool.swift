import JSON
import JSONRPC
import KernelProtocol

/// Where a latent is most active: the evidence for an explanation.
enum FeatureExamplesTool: AgentTool {
  static let name = "feature_examples"
  static let title = "Where a feature is most active"
  static let summary = """
    The places of the index's pictures and texts where a feature is most active, with a montage: \
    patches where it is not \
    active are darkened. The evidence to explain a feature from; use offset for further places to \
    test an explanation on.
    """
  static let takes: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init(
      "view",
      Schema.text(
        "A view of the model's pictures (base, tiles, image, crop1 and so on) or text; absent: the "
          + "first where it is active.")
    ).optional,
    .init(
      "rank_by", Schema.text("Absent: mean.", oneOf: ["max", "mean", "mass"])
    ).optional,
    .init("offset", Schema.integer("Places to leave out.", 0...1000)).optional,
    .init("top_k", Schema.integer("Places to list; absent: 5.", 1...12)).optional,
    Subject.argument,
  ]
  static let gives: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("view", Schema.text("The view, or text.")),
    .init(
      "examples",
      Schema.list(
        "Best first.",
        of: Schema.record([
          .init("name", Schema.text("The entry; evidence for explanation_put.")),
          .init("score", Schema.number("By rank_by.")),
          .init("path", Schema.text("Its picture's file."), isRequired: false),
          .init("text", Schema.text("Its text, active tokens in [ ]."), isRequired: false),
          .init(
            "boxes",
            Schema.list(
              "x0, y0, x1, y1 in pixels of the strongest patches.",
              of: Schema.list("A box.", of: Schema.number("Pixels."))), isRequired: false),
        ]))),
    .init("missing", Schema.integer("Places whose pictures are gone.")),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let index = arguments.integer("feature") ?? 0
    var params: JSONObject = [
      "feature": subject.feature(index),
      "topK": .integer(Int64(arguments.integer("top_k") ?? 5)),
    ]
    params["view"] = arguments["view"]
    params["rankBy"] = arguments["rank_by"]
    params["offset"] = arguments["offset"]
    let found = try work.ask(FeatureExamples.self, params)
    var picture: String?
    var missing = 0
    if found.view != "text", !found.items.isEmpty {
      params["view"] = .string(found.view)
      params["size"] = 160
      params["montage"] = ["columns": 3]
      let drawn = try work.ask(FeatureRender.self, params)
      picture = drawn.renderings.first { $0.mimeType == "image/png" }
        .flatMap { FittedPicture.png($0.base64) }
      missing = drawn.missing?.count ?? 0
    }
    let lines =
      found.items.isEmpty
      ? ["feature \(index) is active nowhere in the index (view \(found.view))"]
      : ["feature \(index), view \(found.view), ranked by \(found.rankBy.rawValue)"]
        + found.items.map { "\($0.name)  \(figure($0.score))  \(text(of: $0) ?? "")" }
    return ToolResult(
      lines.joined(separator: "\n"),
      [
        "feature": .integer(Int64(index)), "view": .string(found.view),
        "examples": .array(found.items.map(value)), "missing": .integer(Int64(missing)),
      ], picture: picture)
  }

  private static func value(_ item: FeatureExamples.Item) -> JSONValue {
    var members: JSONObject = ["name": .string(item.name), "score": .number(item.score)]
    members["path"] = item.image?.path.map { .string($0) }
    members["text"] = text(of: item).map { .string($0) }
    let strongest = item.positions.sorted { $0.value > $1.value }.prefix(3).compactMap(\.box)
    if !strongest.isEmpty {
      members["boxes"] = .array(
        strongest.map { [.number($0.x0), .number($0.y0), .number($0.x1), .number($0.y1)] })
    }
    return .object(members)
  }

  /// A text's tokens, the active ones marked; nil for pictures.
  private static func text(of item: FeatureExamples.Item) -> String? {
    guard let tokens = item.tokens else { return nil }
    let active = Set(item.positions.map(\.position))
    return tokens.enumerated().map { active.contains($0.offset) ? "[\($0.element)]" : $0.element }
      .joined()
  }
}
