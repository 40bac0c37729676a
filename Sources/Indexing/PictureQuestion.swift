import Images
package import Models

/// A prompt with one picture, in whose place each picture of a corpus stands in turn.
package struct PictureQuestion: Sendable {
  package enum Part: Sendable, Hashable {
    case picture
    case text(String)
  }

  package struct Turn: Sendable, Hashable {
    /// As the chat template knows it.
    package var role: String
    package var part: Part

    package init(role: String, part: Part) {
      self.role = role
      self.part = part
    }
  }

  /// In the order of the prompt; one of them is the picture.
  package let turns: [Turn]
  package let template: PromptTemplate
  /// As items and an index's options have it: a question that stands alone behind its picture by
  /// itself, another prompt as a prompt file has its turns.
  package let text: String
  /// What is asked last, in one line: what items are named for.
  package let title: String

  /// A question behind the picture.
  package init(_ text: String, template: PromptTemplate = .model(addGenerationPrompt: true)) {
    self.init(
      turns: [.init(role: "user", part: .picture), .init(role: "user", part: .text(text))],
      template: template)
  }

  package init(turns: [Turn], template: PromptTemplate) {
    self.turns = turns
    self.template = template
    let texts = turns.compactMap { if case .text(let text) = $0.part { text } else { nil } }
    if turns.count == 2, turns[0].part == .picture, turns.allSatisfy({ $0.role == "user" }) {
      text = texts.first ?? ""
    } else {
      var lines: [String] = []
      for (place, turn) in turns.enumerated() {
        if place == 0 || turns[place - 1].role != turn.role { lines.append("@\(turn.role)") }
        if case .text(let text) = turn.part {
          lines.append(text)
        } else {
          lines.append("![picture]")
        }
      }
      text = lines.joined(separator: "\n")
    }
    let asked = turns.last { turn in
      if case .text = turn.part { turn.role == "user" } else { false }
    }
    let last = if case .text(let text) = asked?.part { text } else { texts.last ?? "" }
    title = last.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  func parts(picture: Picture) -> [PromptPart] {
    turns.map { turn in
      switch turn.part {
      case .picture: .picture(picture, role: turn.role)
      case .text(let text): .text(text, role: turn.role)
      }
    }
  }
}
