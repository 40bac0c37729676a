/// What was asked in a session and answered, as plain values for a page.
package struct SessionReport: Sendable {
  /// When it was saved, as people read it; nil where the file says nothing that is a time.
  package var created: String?
  package var note: String?
  /// Names and values: versions and digests.
  package var facts: [(name: String, value: String)]
  package var pictures: [Picture]
  package var questions: [Question]
  /// What could not be shown, in words.
  package var warnings: [String] = []

  package init(
    created: String?, note: String?, facts: [(name: String, value: String)], pictures: [Picture],
    questions: [Question]
  ) {
    self.created = created
    self.note = note
    self.facts = facts
    self.pictures = pictures
    self.questions = questions
  }
}

extension SessionReport {
  /// A picture of the session, once for all questions that show it.
  package struct Picture: Sendable {
    package let name: String
    /// SHA-256 of its file.
    package let digest: String
    /// What is shown; nil where it cannot be.
    package let content: Content?

    package init(name: String, digest: String, content: Content?) {
      self.name = name
      self.digest = digest
      self.content = content
    }

    package struct Content: Sendable {
      package let bytes: [UInt8]
      /// Such as `image/png`.
      package let type: String
      /// Of the picture as the model was given it, in whose pixels boxes are.
      package let width: Int
      package let height: Int

      package init(bytes: [UInt8], type: String, width: Int, height: Int) {
        self.bytes = bytes
        self.type = type
        self.width = width
        self.height = height
      }
    }
  }

  /// A prompt, and what was asked about it.
  package struct Question: Sendable {
    package var turns: [Turn]
    package var answers: [Reply] = []
    package var attributions: [Attribution] = []
    package var comparisons: [Comparison] = []
    package var steerings: [Steering] = []
    package var ablations: [Ablation] = []
    /// How often each of the other methods was asked.
    package var others: [(method: String, count: Int)] = []
    /// What is left out or could not be read, in words.
    package var notes: [String] = []

    package init(turns: [Turn]) { self.turns = turns }
  }

  package struct Turn: Sendable {
    package let role: String
    package let name: String
    package let content: Content

    package init(role: String, name: String, content: Content) {
      self.role = role
      self.name = name
      self.content = content
    }

    package enum Content: Sendable {
      case text(String)
      /// By its place among the session's pictures; nil where the file does not have it.
      case picture(Int?)
    }
  }

  /// What the model wrote.
  package struct Reply: Sendable {
    package let tokens: [Token]
    /// Whether the most tokens that were allowed cut it off.
    package let isCut: Bool
    /// How it was asked for, such as `at most 64 tokens`.
    package let manner: String

    package init(tokens: [Token], isCut: Bool, manner: String) {
      self.tokens = tokens
      self.isCut = isCut
      self.manner = manner
    }

    package struct Token: Sendable {
      package let text: String
      /// 0 to 1.
      package let probability: Double
      /// Whether another answer, which this one is compared with, has another token here.
      package var isNew = false

      package init(text: String, probability: Double, isNew: Bool = false) {
        self.text = text
        self.probability = probability
        self.isNew = isNew
      }
    }
  }
}
