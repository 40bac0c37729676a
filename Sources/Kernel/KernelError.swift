import SystemReasons

/// What the kernel itself refuses; errors of the rooms below pass through `DomainFailure`.
package enum KernelError: Error, Sendable, Equatable {
  case modelNotLoaded(String)
  case contextNotFound(String)
  case saeNotLoaded(name: String, known: [String])
  case saeMismatch(String)
  case pathDenied(path: String, reason: String)
  case notFound(path: String)
  case outOfMemory(purpose: String, needed: Int, available: Int)
  case tooManyContexts(limit: Int)
  case unsupportedTarget(text: String, split: [String])
  /// Several tokens are shown as the text.
  case ambiguousToken(text: String, ids: [Int], spellings: [String])
  case contextVersionMismatch(name: String, given: Int, current: Int)
  case deviceUnavailable(String)
  /// A combination of options that has no meaning.
  case unsupported(String)
}

extension KernelError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .modelNotLoaded(let message), .saeMismatch(let message),
      .deviceUnavailable(let message):
      message
    case .contextNotFound(let name):
      "there is no context \(quoted(name)): it was closed or never opened"
    case .saeNotLoaded(let name, let known):
      "there is no autoencoder \(quoted(name)): "
        + (known.isEmpty
          ? "none is loaded" : "loaded are " + known.map(quoted).joined(separator: ", "))
    case .pathDenied(let path, let reason): "the path \(quoted(path)) is refused: \(reason)"
    case .notFound(let path): "there is no file or folder \(quoted(path))"
    case .outOfMemory(let purpose, let needed, let available):
      "\(purpose) needs \(needed) bytes, \(available) are available"
    case .tooManyContexts(let limit):
      "\(limit) contexts are open, which is the limit: close some first"
    case .unsupportedTarget(let text, let split) where split.isEmpty:
      "\(text.isEmpty ? "an empty text" : quoted(text)) has no token, expected the text of one "
        + "token"
    case .unsupportedTarget(let text, let split):
      "\(quoted(text)) is not one token: the tokenizer splits it into "
        + split.prefix(20).map(quoted).joined(separator: ", ")
        + (split.count > 20 ? " and \(split.count - 20) more" : "")
    case .ambiguousToken(let text, let ids, let spellings):
      "\(quoted(text)) is the text of \(ids.count) tokens, expected that of one: give the id, "
        + zip(ids, spellings).prefix(20).map { "\($0) for \(quoted($1))" }.joined(separator: ", ")
        + (ids.count > 20 ? " or one of \(ids.count - 20) more" : "")
    case .contextVersionMismatch(let name, let given, let current):
      "the context \"\(name)\" is at version \(current), the request is for version \(given)"
    case .unsupported(let message): message
    }
  }
}
