import JSON
import JSONRPC
import KernelProtocol

/// The tokens of a context.
enum ContextTokensTool: AgentTool {
  static let name = "context_tokens"
  static let title = "Tokens of a prompt"
  static let summary = """
    Lists a context's tokens with their positions; each token of an image with the pixels it \
    covers. \
    Positions are what attribute, features_at and ablate take.
    """
  static let takes: [Schema.Member] = [
    .init("context_id", Schema.text("Of context_open.")),
    .init("from", Schema.integer("The first position; absent: 0.")).optional,
    .init("count", Schema.integer("How many; absent: 400.", 1...2000)).optional,
  ]
  static let gives: [Schema.Member] = [
    .init("context_id", Schema.text("The context.")),
    .init("total", Schema.integer("Positions of the context.")),
    .init(
      "tokens",
      Schema.list(
        "In order.",
        of: Schema.record([
          .init("position", Schema.integer("Its place.")), .init("text", Schema.text("The token.")),
          .init("image", Schema.integer("The image it is of."), isRequired: false),
          .init("view", Schema.text("Of its views."), isRequired: false),
          .init(
            "box", Schema.list("x0, y0, x1, y1 in pixels.", of: Schema.number("Pixels.")),
            isRequired: false),
        ]))),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let context = arguments.required("context_id")
    let all = try work.ask(ContextTokens.self, ["context": .string(context)]).tokens
    let shown = all.dropFirst(arguments.integer("from") ?? 0)
      .prefix(arguments.integer("count") ?? 400)
    let values: JSONObject = [
      "context_id": .string(context), "total": .integer(Int64(all.count)),
      "tokens": .array(shown.map(value)),
    ]
    return ToolResult(
      "\(context): \(all.count) positions\n" + digest(shown).joined(separator: "\n"), values)
  }

  private static func value(_ token: ContextTokens.Token) -> JSONValue {
    var members: JSONObject = [
      "position": .integer(Int64(token.position)), "text": .string(token.text),
    ]
    if let image = token.image { members["image"] = .integer(Int64(image)) }
    if let view = token.view { members["view"] = .string(view) }
    if let box = token.box {
      members["box"] = [.number(box.x0), .number(box.y0), .number(box.x1), .number(box.y1)]
    }
    return .object(members)
  }

  /// Runs of an image's tokens in a line.
  private static func digest(_ tokens: ArraySlice<ContextTokens.Token>) -> [String] {
    var lines: [String] = []
    var run: (first: ContextTokens.Token, last: ContextTokens.Token)?
    func close() {
      guard let ended = run, let image = ended.first.image else { return }
      let view = ended.first.view.map { ", \($0)" } ?? ""
      lines.append("\(ended.first.position)-\(ended.last.position)  image \(image)\(view)")
      run = nil
    }
    for token in tokens {
      if token.image != nil {
        if let open = run, open.first.image == token.image, open.first.view == token.view {
          run = (open.first, token)
        } else {
          close()
          run = (token, token)
        }
      } else {
        close()
        lines.append("\(token.position)  \(JSONWriter.quoted(token.text))")
      }
    }
    close()
    return lines
  }
}
