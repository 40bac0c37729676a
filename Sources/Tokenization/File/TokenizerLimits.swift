internal import JSON

/// Bounds on what of a tokenizer.json is compiled into larger things, far above any file.
enum TokenizerLimits {
  /// Regular expressions of all steps together.
  static let expressions = 64
  /// Of their text together, in bytes.
  static let expressionBytes = 1 << 14
  /// Of one added token's text, in bytes.
  static let addedTokenBytes = 1 << 16
  /// Of the texts of all added tokens together, in bytes; also of what a normalizer makes of them.
  static let addedTokensBytes = 1 << 21

  /// Throws `.malformed` where the steps of `file` have too many regular
  /// expressions or too long ones.
  static func requireModestExpressions(_ file: Section) throws(TokenizationError) {
    var found: [Int] = []
    for key in ["normalizer", "pre_tokenizer"] {
      if let step = file.object.present(key) { collect(step, into: &found) }
    }
    let bytes = found.reduce(0, +)
    guard found.count <= expressions else {
      throw .malformed(
        what: "tokenizer.json",
        reason: "\(found.count) regular expressions, expected at most \(expressions)")
    }
    guard bytes <= expressionBytes else {
      throw .malformed(
        what: "tokenizer.json",
        reason: "its regular expressions have \(bytes) bytes together, expected at most "
          + "\(expressionBytes)")
    }
  }

  /// Throws `.malformed` where an added token of `length` bytes is too long, or `total` with it.
  static func requireModestToken(length: Int, total: Int) throws(TokenizationError) {
    guard length <= addedTokenBytes else {
      throw .malformed(
        what: "added_tokens",
        reason: "a token of \(length) bytes, expected at most \(addedTokenBytes)")
    }
    guard total <= addedTokensBytes else {
      throw .malformed(
        what: "added_tokens",
        reason:
          "the tokens have more than \(addedTokensBytes) bytes together, expected at most that")
    }
  }

  /// The length of every expression in a step and the steps within it.
  private static func collect(_ step: JSONValue, into found: inout [Int]) {
    guard let step = step.objectValue else { return }
    if let pattern = step["pattern"]?.objectValue {
      if let expression = pattern["Regex"]?.stringValue { found.append(expression.utf8.count) }
      // Nothing to find is compiled as an expression of nothing.
      if pattern["String"]?.stringValue == "" { found.append(0) }
    }
    for key in ["normalizers", "pretokenizers"] {
      for inner in step[key]?.arrayValue ?? [] { collect(inner, into: &found) }
    }
  }
}
