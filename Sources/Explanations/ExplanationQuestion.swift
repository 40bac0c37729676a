import JSON

/// What an explainer is asked about a latent, with the paper's meaning (3.5 of its caching and
/// explanation) in our own words.
package struct ExplanationQuestion: Sendable, Equatable {
  /// What the explainer answers with.
  package enum Form: Sendable {
    /// A JSON object: {"interpretable": true, "explanation": "…"}.
    case json
    /// One sentence, or the word `UNCLEAR`.
    case sentence
  }

  package let form: Form
  package let isText: Bool

  package init(form: Form, isText: Bool) {
    self.form = form
    self.isText = isText
  }

  package var system: String {
    """
    You study one internal feature of a model that sees pictures and reads text. You are careful \
    and literal: \
    you report what the places where the feature is active have in common, and nothing you only \
    suppose.
    """
  }

  /// The instruction that stands before the examples.
  package var instruction: String {
    [isText ? Self.textTask : Self.pictureTask, Self.style, answerRule].joined(separator: "\n")
  }

  private static let pictureTask = """
    Each picture below is one on which the feature is strongest. Where the feature is active the \
    picture is \
    bright; everything else is darkened. Look at the bright regions only. Ignore a picture that \
    has hardly \
    any bright region. Find the object, pattern, material, colour, text or scene that the bright \
    regions share.
    """

  private static let textTask = """
    Each excerpt below is one on which the feature is strongest. The tokens where it is active \
    stand between \
    ⟦ and ⟧. Find what these tokens have in common: a meaning, a kind of word, a topic or a place \
    in the text.
    """

  private static let style = """
    Describe it in at most fifteen words, literally and specifically, as a label would: "wheels of \
    bicycles", \
    not "the images show transport". Do not mention the examples, brightness or marks.
    """

  private var answerRule: String {
    switch form {
    case .json:
      """
      Answer with one JSON object and nothing else: {"interpretable": true, "explanation": "your \
      description"}. \
      If they have nothing in common, or the active places are only scattered specks, answer \
      {"interpretable": false, "explanation": ""}.
      """
    case .sentence:
      """
      Answer with the description alone. If they have nothing in common, or the active places are \
      only \
      scattered specks, answer with the one word UNCLEAR.
      """
    }
  }

  // MARK: The answer

  package enum Reading: Sendable, Equatable {
    case explained(String)
    case uninterpretable
    /// It keeps to no form; why, in words.
    case unreadable(String)
  }

  private static let explanationLimit = 2000

  /// Reads an answer strictly: what is not of the form is not taken for an explanation.
  package func read(_ text: String) -> Reading {
    do throws(StrictAnswer.Unreadable) {
      let answer = try StrictAnswer(text)
      return switch form {
      case .json: read(try answer.object())
      case .sentence: readSentence(answer.words)
      }
    } catch { return .unreadable(error.reason) }
  }

  private func readSentence(_ words: String) -> Reading {
    guard !words.isEmpty else { return .unreadable("the answer is empty") }
    let bare = words.filter(\.isLetter).uppercased()
    return bare == "UNCLEAR" ? .uninterpretable : explained(words)
  }

  private func read(_ value: JSONValue) -> Reading {
    let words = StrictAnswer.trimmed(value["explanation"]?.stringValue ?? "")
    switch value["interpretable"]?.boolValue {
    case false: return .uninterpretable
    case true where !words.isEmpty: return explained(words)
    case true: return .unreadable("the answer says it is interpretable, and not how")
    case nil: return .unreadable("the answer has no \"interpretable\" of true or false")
    }
  }

  private func explained(_ words: String) -> Reading {
    guard words.count <= Self.explanationLimit else {
      return .unreadable(
        "the answer has \(words.count) characters, expected at most \(Self.explanationLimit)")
    }
    return .explained(words)
  }
}
