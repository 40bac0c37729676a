import JSON

/// What a judge is asked about a latent's pictures, and how its answer is read: the paper's
/// consistency (4.5 of its evaluation), and delphi's detection, fuzzing and intruder for pictures.
package struct JudgeQuestion: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Whether a description holds for the bright regions of several pictures.
    case consistency
    /// Whether a picture shows what a description says.
    case detection
    /// Whether the bright region of a picture shows what a description says.
    case fuzz
    /// Which of several pictures does not belong to the others.
    case intruder
  }

  /// What the judge answers with.
  package enum Form: String, Sendable {
    /// A JSON object of one member.
    case json
    /// One word: yes, no or a number.
    case word
  }

  package let kind: Kind
  package let form: Form
  /// Of the latent; nothing for `intruder`.
  package let description: String
  /// How many pictures are shown.
  package let pictures: Int

  package init(_ kind: Kind, form: Form, description: String = "", pictures: Int) {
    self.kind = kind
    self.form = form
    self.description = description
    self.pictures = pictures
  }

  package var system: String {
    """
    You judge pictures for a study of one internal feature of a model that sees. You are careful \
    and literal: \
    you look at every picture before you answer, and answer only what you are asked.
    """
  }

  /// The instruction that stands before the pictures.
  package var instruction: String {
    kind == .intruder
      ? [task, answerRule].joined(separator: "\n")
      : [task, "Description: \(StrictAnswer.trimmed(description))", answerRule]
        .joined(separator: "\n")
  }

  private var task: String {
    switch kind {
    case .consistency:
      """
      Each picture below is one on which the feature is strongest. Where the feature is active the \
      picture is bright; everything else is darkened. Somebody has described the feature. Decide \
      whether the description is consistent with the pictures: it is if the bright regions of most \
      of them show what it says, and it is not if they show other things, or if what it says is \
      seen only where it is dark.
      """
    case .detection:
      """
      There is one picture below, and a description. Decide whether something in the picture fits \
      the description, be it large or small.
      """
    case .fuzz:
      """
      There is one picture below, of which some regions are bright and everything else is \
      darkened, and a description. Decide whether the bright regions show what the description \
      says. What is darkened does not count.
      """
    case .intruder:
      """
      There are \(pictures) pictures below, numbered 1 to \(pictures) in the order in which they \
      are shown. Some regions of each are bright and everything else is darkened. The bright \
      regions of all pictures but one have something in common. Find the one whose bright regions \
      do not belong to the others. What is darkened does not count.
      """
    }
  }

  /// What the answer's only member is called.
  private var member: String {
    switch kind {
    case .consistency: "consistent"
    case .detection, .fuzz: "fits"
    case .intruder: "odd"
    }
  }

  private var answerRule: String {
    switch (form, kind) {
    case (.json, .intruder):
      """
      Answer with one JSON object and nothing else: {"odd": N}, where N is the number of that \
      picture.
      """
    case (.json, _):
      """
      Answer with one JSON object and nothing else: {"\(member)": true} or {"\(member)": false}.
      """
    case (.word, .intruder): "Answer with the number of that picture alone."
    case (.word, .consistency):
      "Answer with one word: yes if it is consistent, no if it is not."
    case (.word, _): "Answer with one word: yes if it fits, no if it does not."
    }
  }

  // MARK: The answer

  package enum Verdict: Sendable, Equatable {
    /// 1 for yes and 0 for no; of `intruder` the picture's number, from 1.
    case said(Int)
    /// It keeps to no form; why, in words.
    case unreadable(String)
  }

  /// Reads an answer strictly: what is not of the form is no answer.
  package func read(_ text: String) -> Verdict {
    do throws(StrictAnswer.Unreadable) {
      let answer = try StrictAnswer(text)
      return switch form {
      case .json: .said(try read(object: answer))
      case .word: .said(try read(word: answer.words))
      }
    } catch { return .unreadable(error.reason) }
  }

  private func read(object answer: StrictAnswer) throws(StrictAnswer.Unreadable) -> Int {
    let value = try answer.object()[member]
    if kind == .intruder {
      guard let number = value?.plainInteger else {
        throw .init(reason: "the answer has no \"\(member)\" that is a number")
      }
      return try place(number)
    }
    guard let said = value?.boolValue else {
      throw .init(reason: "the answer has no \"\(member)\" of true or false")
    }
    return said ? 1 : 0
  }

  private func read(word words: String) throws(StrictAnswer.Unreadable) -> Int {
    let bare = Self.withoutMarks(words).lowercased()
    if kind == .intruder {
      guard let number = Int(bare), bare.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw .init(reason: "the answer is not the number of a picture")
      }
      return try place(number)
    }
    guard bare == "yes" || bare == "no" else {
      throw .init(reason: "the answer is neither yes nor no")
    }
    return bare == "yes" ? 1 : 0
  }

  /// Without the full stop, the quotes or the stars around it.
  static func withoutMarks(_ text: String) -> Substring {
    func isMark(_ character: Character) -> Bool { ".!,;:*_\"'`“”()".contains(character) }
    var rest = text.drop(while: isMark)
    while let last = rest.last, isMark(last) { rest.removeLast() }
    return rest
  }

  private func place(_ number: Int) throws(StrictAnswer.Unreadable) -> Int {
    guard (1...max(1, pictures)).contains(number) else {
      throw .init(reason: "the answer names picture \(number) of \(pictures)")
    }
    return number
  }
}
