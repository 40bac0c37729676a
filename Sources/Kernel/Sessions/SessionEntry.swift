import JSON

/// What an entry of a session says was asked: a method and its params, the result where it was
/// answered.
///
/// Entries are a client's own. One that is an object with the text `method` is read so, by whatever
/// client it was written; all others are passed over.
struct SessionEntry: Sendable {
  let method: String
  let params: JSONValue
  /// Nil where it failed, was cancelled, or is not kept.
  let result: JSONValue?
  /// Where names of contexts begin anew; nil of a client that says nothing of it.
  let connection: String?
  /// What the answer called the context that it opened.
  let opened: String?
  /// Whether it was refused or cancelled.
  let isUnanswered: Bool

  init?(_ value: JSONValue) {
    guard let method = value["method"]?.stringValue else { return nil }
    self.method = method
    params = value["params"] ?? .object(JSONObject())
    let state = value["state"]?.stringValue ?? "answered"
    isUnanswered = state != "answered"
    result = isUnanswered ? nil : value["result"].flatMap { $0.objectValue == nil ? nil : $0 }
    connection = Self.connection(value)
    opened = value["names"]?["context"]?.stringValue ?? result?["context"]?.stringValue
  }

  /// The context that it opened, or that it is about.
  var context: String? { opened ?? params["context"]?.stringValue }

  /// A connection's number or name, as a text.
  static func connection(_ value: JSONValue) -> String? {
    switch value["connection"] {
    case .integer(let number)?: String(number)
    case .string(let name)?: name
    default: nil
    }
  }
}

/// What features are called, as an entry says: `{"labels": [{"sae", "index", "text"}]}`.
struct SessionLabels {
  private var texts: [String: String] = [:]

  init(_ entries: [JSONValue]) {
    for entry in entries {
      for label in entry["labels"]?.arrayValue ?? [] {
        guard let sae = label["sae"]?.stringValue, let index = label["index"]?.plainInteger,
          let text = label["text"]?.stringValue, !text.isEmpty
        else { continue }
        texts[Self.key(sae, index)] = text
      }
    }
  }

  subscript(sae: String, index: Int) -> String? { texts[Self.key(sae, index)] }

  private static func key(_ sae: String, _ index: Int) -> String { "\(index) \(sae)" }
}
