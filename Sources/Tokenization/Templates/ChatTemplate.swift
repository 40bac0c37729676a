/// A checkpoint's chat template: the Jinja text that spells a conversation as a prompt.
///
/// The language is Jinja as transformers sets it up: trim_blocks, lstrip_blocks, loop controls,
/// `raise_exception`, `strftime_now`, `tojson` that keeps what is not ASCII, and nothing that would
/// change a list or a dictionary.
package struct ChatTemplate: Sendable {
  private let nodes: [TemplateNode]
  private let blocks: [String: TemplateBlock]

  /// Far above any template.
  private static let byteLimit = 1 << 20

  /// Parses `source`. Throws `.template` with the line, also for filters and tests that do not
  /// exist and would be reached.
  package init(source: String) throws(TokenizationError) {
    guard source.utf8.count <= Self.byteLimit else {
      throw .template(
        line: 1, reason: "\(source.utf8.count) bytes, expected at most \(Self.byteLimit)")
    }
    (nodes, blocks) = try TemplateParser.parse(source)
  }

  /// The prompt for `messages`.
  ///
  /// - Parameters:
  ///   - variables: further names that the template may use, such as bos_token. `tools` and
  ///     `documents` are none unless they are given.
  ///   - time: what `strftime_now` tells.
  ///   - isStopped: whether the prompt is no longer wanted, asked again and again.
  /// - Throws: `.refusedByTemplate` where the template refuses the messages, `.template` where it
  ///   cannot be evaluated, `.overBudget` where it takes too long, `.stopped`.
  package func render(
    _ messages: [ChatMessage], addGenerationPrompt: Bool,
    variables: [String: TemplateValue] = [:], time: TemplateTime = .now,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws(TokenizationError) -> String {
    var all: [String: TemplateValue] = ["tools": .none, "documents": .none]
    all.merge(variables) { _, given in given }
    all["messages"] = .list(messages.map(\.templateValue))
    all["add_generation_prompt"] = .bool(addGenerationPrompt)
    let evaluator = TemplateEvaluator(
      variables: all, blocks: blocks, time: time, isStopped: isStopped)
    return try evaluator.run(nodes)
  }
}
