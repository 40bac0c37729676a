import JSON
import JSONRPC
import KernelProtocol

/// Makes a prompt resident.
enum ContextOpenTool: AgentTool {
  static let name = "context_open"
  static let title = "Open a prompt"
  static let summary = """
    Makes a prompt with its pictures resident and gives its context_id, which the other tools \
    take, with the \
    likeliest next tokens. Pictures stand before the text. The first call loads the model.
    """
  static let takes: [Schema.Member] = [
    .init("text", Schema.text("What the user says.")),
    .init(
      "images",
      Schema.list(
        "PNG, JPEG, WebP, GIF or BMP files, absolute paths.", of: Schema.text("A path."), 0...16)
    ).optional,
    .init("system", Schema.text("A system prompt.")).optional,
    .init(
      "template",
      Schema.text(
        "model: the checkpoint's chat template (default); none: the text as it is.",
        oneOf: ["model", "none"])
    ).optional,
    .init(
      "answer_tokens",
      Schema.integer(
        "Let the model answer greedily with at most this many tokens; absent: 0.", 0...512)
    ).optional,
  ]
  static let gives: [Schema.Member] = [
    .init("context_id", Schema.text("For the other tools.")),
    .init("tokens", Schema.integer("Positions, image tokens included.")),
    .init("reused", Schema.integer("Positions taken from another context.")),
    .init(
      "images",
      Schema.list(
        "The pictures.",
        of: Schema.record([
          .init("width", Schema.integer("Pixels.")), .init("height", Schema.integer("Pixels.")),
          .init("positions", Schema.list("From, up to.", of: Schema.integer("A position."))),
        ]))),
    .init(
      "next_tokens",
      Schema.list(
        "The likeliest next tokens.",
        of: Schema.record([
          .init("text", Schema.text("The token, as answer and baseline take it.")),
          .init("probability", Schema.number("Of it.")), .init("logit", Schema.number("Of it.")),
        ]))),
    .init("answer", Schema.text("What the model answers.")).optional,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    var parts: [JSONValue] = []
    if let system = arguments.text("system") {
      parts.append(["role": "system", "text": .string(system)])
    }
    for (index, path) in arguments.list("images").enumerated() {
      parts.append(["id": .string("image\(index)"), "image": ["path": path]])
    }
    parts.append(["id": "text", "text": .string(arguments.required("text"))])
    var params: JSONObject = ["parts": .array(parts)]
    if let template = arguments["template"] { params["chat"] = ["template": template] }
    let opened = try work.ask(ContextOpen.self, params)
    let next = try work.ask(
      ContextLogits.self, ["context": .string(opened.context), "topK": 5])
    var answer: String?
    if let count = arguments.integer("answer_tokens"), count > 0 {
      answer = try work.ask(
        ContextGenerate.self,
        ["context": .string(opened.context), "maxTokens": .integer(Int64(count))]
      ).text
    }
    return result(opened, next, answer)
  }

  private static func result(
    _ opened: ContextOpen.Result, _ next: ContextLogits.Result, _ answer: String?
  ) -> ToolResult {
    var values: JSONObject = [
      "context_id": .string(opened.context), "tokens": .integer(Int64(opened.tokenCount)),
      "reused": .integer(Int64(opened.reused)),
    ]
    values["images"] = .array(
      opened.images.map { image in
        let first = image.views.first?.first ?? image.base.span.start
        let end = image.views.last?.end ?? image.base.span.end
        return [
          "width": .integer(Int64(image.width)), "height": .integer(Int64(image.height)),
          "positions": [.integer(Int64(first)), .integer(Int64(end))],
        ]
      })
    values["next_tokens"] = .array(
      next.items.map {
        [
          "text": .string($0.text), "probability": .number($0.logProb.exponential),
          "logit": .number($0.logit),
        ]
      })
    let images = opened.images.count == 1 ? "1 image" : "\(opened.images.count) images"
    var lines = ["\(opened.context): \(opened.tokenCount) tokens, \(images)"]
    for (index, image) in opened.images.enumerated() {
      lines.append("image \(index): \(image.width) x \(image.height) pixels")
    }
    lines.append("next token  p  logit")
    lines += next.items.map {
      "\(JSONWriter.quoted($0.text))  \(figure($0.logProb.exponential))  \(figure($0.logit))"
    }
    if let answer {
      values["answer"] = .string(answer)
      lines.append("the model answers: \(answer)")
    }
    return ToolResult(lines.joined(separator: "\n"), values)
  }
}

extension PictureView {
  /// The position behind its last token; nil where its first is not known.
  fileprivate var end: Int? { first.map { $0 + rows * (columns + (separators ?? 0)) } }
}
