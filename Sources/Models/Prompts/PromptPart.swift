package import Images

/// One piece of a prompt: a text, a picture or a video, and who speaks.
package struct PromptPart: Sendable {
  package enum Content: Sendable {
    case text(String)
    case picture(Picture)
    /// Pictures of one size in the order in which they are shown.
    case video([Picture])
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

  package static func video(_ frames: [Picture], role: String = "user") -> PromptPart {
    PromptPart(.video(frames), role: role)
  }

  /// The text, or nil for what is seen.
  package var text: String? {
    if case .text(let text) = content { text } else { nil }
  }

  /// The picture, or nil for what is none.
  package var picture: Picture? {
    if case .picture(let picture) = content { picture } else { nil }
  }

  /// The frames of a video, or nil for what is none.
  package var frames: [Picture]? {
    if case .video(let frames) = content { frames } else { nil }
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
