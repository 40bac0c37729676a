import JSON

/// What a model is asked for a short phrase of a longer explanation, with the paper's meaning (4.1
/// and 4.4 of its evaluation) in our own words.
package struct RefineQuestion: Sendable, Equatable {
  /// What the model answers with.
  package enum Form: Sendable {
    /// A JSON object: {"phrase": "…", "kind": "object"}.
    case json
    /// The phrase alone, or the word `NONE`.
    case phrase
  }

  package let form: Form
  package let explanation: String

  package init(form: Form, explanation: String) {
    self.form = form
    self.explanation = explanation
  }

  package var system: String {
    """
    You turn descriptions of what pictures have in common into short phrases that a detector of \
    objects can look for. You add nothing that the description does not say.
    """
  }

  package var instruction: String {
    [Self.task, answerRule, "Description: \(StrictAnswer.trimmed(explanation))"]
      .joined(separator: "\n")
  }

  private static let task = """
    Below is a description of what some pictures have in common. Name what it is about in a noun \
    phrase of a few words, as it would be looked for in a picture: the thing, the part, the \
    material, the texture, the colour or the scene itself, without any words about pictures. A \
    description that is such a phrase already stays as it is. Where the description speaks of a \
    brand, a name or written words, these are what to look for, spelt as they are there: of \
    "signs with the word Stop in red letters" it is: the word Stop. A description that says that \
    nothing was found, or names several things that have nothing to do with each other, has no \
    such phrase.
    """

  private var answerRule: String {
    switch form {
    case .json:
      """
      Answer with one JSON object and nothing else: {"phrase": "the noun phrase", "kind": "…"}, \
      where kind is what the phrase names: "scene" (a place or a view as a whole), "object", \
      "part" (of an object), "material", "texture" (a pattern), "colour", or "other". If there is \
      no such phrase, answer {"phrase": null}.
      """
    case .phrase:
      "Answer with the noun phrase alone. If there is none, answer with the one word NONE."
    }
  }

  // MARK: The answer

  package enum Answer: Sendable, Equatable {
    case refined(RefinedPhrase)
    /// It keeps to no form; why, in words.
    case unreadable(String)
  }

  private static let characterLimit = 200

  /// Reads an answer strictly: what is not of the form is not taken for a phrase.
  package func read(_ text: String) -> Answer {
    do throws(StrictAnswer.Unreadable) {
      let answer = try StrictAnswer(text)
      switch form {
      case .json: return .refined(try read(answer.object()))
      case .phrase:
        let words = answer.words
        if words.filter(\.isLetter).uppercased() == "NONE" { return .refined(.nothing) }
        return .refined(.phrase(try phrase(words), kind: nil))
      }
    } catch { return .unreadable(error.reason) }
  }

  private func read(_ value: JSONValue) throws(StrictAnswer.Unreadable) -> RefinedPhrase {
    switch value["phrase"] {
    case .null?: return .nothing
    case .string(let words)?:
      return .phrase(try phrase(words), kind: try kind(value["kind"]))
    default: throw .init(reason: "the answer has no \"phrase\" that is a text or null")
    }
  }

  private func kind(_ value: JSONValue?) throws(StrictAnswer.Unreadable) -> ConceptKind? {
    guard let value, value != .null else { return nil }
    guard let kind = value.stringValue.flatMap({ ConceptKind(named: $0) }) else {
      throw .init(
        reason: "the answer's \"kind\" is none of "
          + ConceptKind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return kind
  }

  private func phrase(_ text: String) throws(StrictAnswer.Unreadable) -> String {
    var words = StrictAnswer.trimmed(text)
    if words.hasSuffix(".") { words.removeLast() }
    let count = words.split(separator: " ").count
    guard count > 0 else { throw .init(reason: "the answer is empty") }
    guard count <= RefinedPhrase.wordLimit, words.count <= Self.characterLimit else {
      throw .init(
        reason: "the phrase has \(count) words and \(words.count) characters, expected at most "
          + "\(RefinedPhrase.wordLimit) and \(Self.characterLimit)")
    }
    return words
  }
}
