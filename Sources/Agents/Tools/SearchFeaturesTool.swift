import JSON
import JSONRPC
import KernelProtocol

/// Finds latents of the index.
enum SearchFeaturesTool: AgentTool {
  static let name = "search_features"
  static let title = "Find features"
  static let summary = """
    Finds features in the index by exactly one of: words of their explanations, a token whose \
    logit they raise (or lower), \
    a picture file of the index, or another feature whose direction is similar.
    """
  static let takes: [Schema.Member] = [
    .init("query", Schema.text("Words; each must occur in the explanation.")).optional,
    .init("token", Schema.text("A token that the feature raises.")).optional,
    .init("lowered", Schema.flag("With token: that it lowers.")).optional,
    .init("picture", Schema.text("A picture of the index, absolute path.")).optional,
    .init("similar_to", Schema.integer("A feature.")).optional,
    .init("limit", Schema.integer("Absent: 10.", 1...100)).optional,
  ]
  static let gives: [Schema.Member] = [
    .init(
      "features",
      Schema.list(
        "Best first.",
        of: Schema.record([
          .init("feature", Schema.integer("Its number.")),
          .init("label", Schema.text("Its explanation."), isRequired: false),
          .init("label_scores", LabelScore.schema, isRequired: false),
          .init("score", Schema.number("Higher is better."), isRequired: false),
        ]))),
    .init("has_more", Schema.flag("Whether there are more.")),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    var query: JSONObject = [:]
    query["text"] = arguments["query"]
    query["token"] = arguments["token"]
    query["picture"] = arguments["picture"]
    query["neighboursOf"] = arguments["similar_to"]
    guard query.members.count == 1 else {
      throw ToolFailure(
        "\(query.members.count) of query, token, picture and similar_to were given",
        next: "Give exactly one of them.")
    }
    if let lowered = arguments["lowered"] { query["lowered"] = lowered }
    let found = try work.ask(
      IndexSearch.self,
      ["query": .object(query), "limit": .integer(Int64(arguments.integer("limit") ?? 10))])
    let features = found.items.map { item in
      var members: JSONObject = ["feature": .integer(Int64(item.latent))]
      members["label"] = item.label.map { .string($0) }
      members["label_scores"] = item.labelScores.map { .array($0.map(\.json)) }
      members["score"] = item.score.map { .number($0) }
      return JSONValue.object(members)
    }
    let lines = found.items.map {
      "\($0.latent)  \($0.score.map(figure) ?? "-")  \($0.label ?? "")"
        + LabelScore.digest($0.labelScores)
    }
    return ToolResult(
      lines.isEmpty
        ? "Nothing was found. Try fewer or other words, or token."
        : (["feature  score  label"] + lines).joined(separator: "\n"),
      ["features": .array(features), "has_more": .bool(found.hasMore)])
  }
}
