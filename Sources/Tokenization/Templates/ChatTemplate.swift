/// A checkpoint's chat template: the Jinja text that spells a conversation as a prompt.
///
/// The language is the part of Jinja that chat templates use, set up as transformers does
/// (trim_blocks, lstrip_blocks, loop controls, `raise_exception`, `tojson` that keeps what is not
/// ASCII). `strftime_now` is left undefined, so that a prompt does not depend on the day.
package struct ChatTemplate: Sendable {
  private let nodes: [TemplateNode]

  /// Far above any template.
  private static let byteLimit = 1 << 20

  /// Parses `source`. Throws `.template` with the line.
  package init(source: String) throws(TokenizationError) {
    guard source.utf8.count <= Self.byteLimit else {
      throw .template(
        line: 1, reason: "\(source.utf8.count) bytes, expected at most \(Self.byteLimit)")
    }
    nodes = try TemplateParser.parse(source)
  }

  /// The prompt for `messages`. `variables` are further names that the template may use, such as
  /// bos_token, eos_token and tools.
  ///
  /// Throws `.refusedByTemplate` where the template refuses the messages, `.template` where it
  /// cannot be evaluated.
  package func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool,
    variables: [String: TemplateValue] = [:]
  ) throws(TokenizationError) -> String {
    var all = variables
    all["messages"] = .list(messages.map(\.templateValue))
    all["add_generation_prompt"] = .bool(addGenerationPrompt)
    var evaluator = TemplateEvaluator(variables: all)
    return try evaluator.run(nodes)
  }
}
