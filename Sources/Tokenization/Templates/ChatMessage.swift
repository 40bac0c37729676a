/// One turn of a conversation.
package struct ChatMessage: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case text(String)
    case parts([Part])
  }

  package enum Part: Sendable, Equatable {
    case text(String)
    /// An image, in the order in which the images are given.
    case image
    /// A video, in the order in which the videos are given.
    case video
  }

  package var role: String
  package var content: Content

  package init(role: String, content: Content) {
    self.role = role
    self.content = content
  }

  var templateValue: TemplateValue {
    let content: TemplateValue
    switch self.content {
    case .text(let text): content = .string(text)
    case .parts(let parts):
      content = .list(
        parts.map { part in
          switch part {
          case .text(let text):
            .dictionary(TemplateDictionary([("type", .string("text")), ("text", .string(text))]))
          case .image: .dictionary(TemplateDictionary([("type", .string("image"))]))
          case .video: .dictionary(TemplateDictionary([("type", .string("video"))]))
          }
        })
    }
    return .dictionary(TemplateDictionary([("role", .string(role)), ("content", content)]))
  }
}
