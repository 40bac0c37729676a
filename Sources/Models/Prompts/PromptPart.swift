package import Images

/// One piece of a prompt: a text or a picture, and who speaks.
package struct PromptPart: Sendable {
  package enum Content: Sendable {
    case text(String)
    case picture(Picture)
  }

  package let content: Content
  /// As the chat template knows it: `user`, `assistant`, `system`.
  package let role: String

  package init(_ content: Content, role: String = "user") {
    self.content = content
    self.role = role
  }

  package static func text(_ text: String, role: String = "user") -> PromptPart {
    PromptPart(.text(text), role: role)
  }

  package static func picture(_ picture: Picture, role: String = "user") -> PromptPart {
    PromptPart(.picture(picture), role: role)
  }

  /// The text, or nil for a picture.
  package var text: String? {
    if case .text(let text) = content { text } else { nil }
  }

  /// The picture, or nil for a text.
  package var picture: Picture? {
    if case .picture(let picture) = content { picture } else { nil }
  }
}

/// How parts become one text.
package enum PromptTemplate: Sendable, Equatable {
  /// The checkpoint's chat template; parts of one role in succession make one message.
  case model(addGenerationPrompt: Bool)
  /// The same of all parts but the last, with the generation prompt; the last, a text, follows it
  /// as the beginning of the answer.
  case modelThenAnswer
  /// The parts as they are, one after the other.
  case plain
}
