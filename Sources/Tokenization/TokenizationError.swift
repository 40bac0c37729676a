/// What is wrong with a tokenizer's or a template's files. Every message names the thing, the
/// value found and the value expected.
package enum TokenizationError: Error, Equatable, CustomStringConvertible {
  /// A file cannot be read.
  case unreadable(path: String, reason: String)
  /// A file's content breaks its format.
  case malformed(what: String, reason: String)
  /// A file asks for what is not implemented.
  case unsupported(what: String, found: String, supported: [String])
  /// A chat template that cannot be parsed or evaluated.
  case template(line: Int, reason: String)
  /// A chat template refused its messages, through its `raise_exception`.
  case refusedByTemplate(String)
  /// A file makes a text take more work than any sound file does.
  case overBudget(what: String, limit: String)
  /// The result was no longer wanted.
  case stopped
  /// A folder has no chat template.
  case noTemplate(folder: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .malformed(let what, let reason): "\(what) is malformed: \(reason)"
    case .unsupported(let what, let found, let supported):
      "\(what) \(found) is not supported; supported: \(supported.joined(separator: ", "))"
    case .template(let line, let reason): "chat template, line \(line): \(reason)"
    case .refusedByTemplate(let reason): "the chat template refuses the messages: \(reason)"
    case .overBudget(let what, let limit):
      "\(what) takes more than \(limit), which no sound file does"
    case .stopped: "the result is no longer wanted"
    case .noTemplate(let folder):
      "\(folder) has no chat template: expected chat_template.jinja, or chat_template in "
        + "processor_config.json, chat_template.json or tokenizer_config.json"
    }
  }
}
