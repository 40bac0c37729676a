import JSON
import JSONRPC
import KernelProtocol

/// Keeps what an agent says of a latent.
enum ExplanationPutTool: AgentTool {
  static let name = "explanation_put"
  static let title = "Explain a feature"
  static let summary = """
    Keeps your explanation of a feature as its newest revision, under your name and as a model's. \
    Write the shortest \
    description that fits every example; earlier revisions stay. Then measure it with \
    explanation_score.
    """
  static let isReadOnly = false
  static let takes: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("text", Schema.text("The explanation; absent with uninterpretable.")).optional,
    .init(
      "uninterpretable", Schema.flag("Whether the examples have nothing in common.")
    ).optional,
    .init("author", Schema.text("Your model's name; absent: the client's.")).optional,
    .init(
      "evidence",
      Schema.list("Names of the examples it rests on.", of: Schema.text("A name."), 0...100)
    ).optional,
  ]
  static let gives: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("explanation", ExplanationTexts.itemSchema),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let index = arguments.integer("feature") ?? 0
    let isUninterpretable = arguments.flag("uninterpretable") ?? false
    var params: JSONObject = [
      "latent": .integer(Int64(index)), "method": "agent",
      "author": [
        "kind": "model",
        "name": .string(shortened(arguments.text("author") ?? work.client, toBytes: 200)),
      ], "state": isUninterpretable ? "uninterpretable" : "explained",
      "evidence": .array(arguments.list("evidence")),
    ]
    if let text = arguments["text"] { params["text"] = text }
    let put = try work.ask(ExplanationPut.self, params)
    return ToolResult(
      "feature \(index), revision \(put.revision) by \(put.author.name): "
        + (isUninterpretable ? "uninterpretable" : JSONWriter.quoted(put.text))
        + "\nNext: explanation_score measures it.",
      ["feature": .integer(Int64(index)), "explanation": ExplanationTexts.json(put)])
  }
}
