import JSON

/// What a model says, read strictly: an answer that keeps to no form is none.
struct StrictAnswer {
  /// It cannot be read; why, in words.
  struct Unreadable: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
  }

  /// Without the thoughts that a reasoning model puts between tags.
  private let text: String

  /// - Throws: `Unreadable` where the thoughts do not end.
  init(_ text: String) throws(Unreadable) {
    for name in ["think", "thinking", "reasoning"] {
      if let end = text.ranges(of: "</\(name)>").last {
        self.text = String(text[end.upperBound...])
        return
      }
      if Self.trimmed(text).hasPrefix("<\(name)>") {
        throw Unreadable(reason: "the answer ends within what the model thought aloud")
      }
    }
    self.text = text
  }

  /// Its words, a single space between them.
  var words: String { Self.trimmed(text) }

  /// The object that it is, which may stand in a fence of Markdown.
  func object() throws(Unreadable) -> JSONValue {
    guard let open = text.firstIndex(of: "{"), let close = text.lastIndex(of: "}"), open < close,
      Self.isDecoration(text[..<open]), Self.isDecoration(text[text.index(after: close)...])
    else { throw Unreadable(reason: "the answer is not one JSON object") }
    do throws(JSONError) { return try JSONValue(parsing: Array(text[open...close].utf8)) } catch {
      throw Unreadable(reason: "the answer's JSON cannot be read: \(error)")
    }
  }

  static func trimmed(_ text: String) -> String {
    text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
  }

  private static func isDecoration(_ text: some StringProtocol) -> Bool {
    let bare = String(text.filter { !$0.isWhitespace && $0 != "`" }).lowercased()
    return bare.isEmpty || bare == "json"
  }
}
