import Tokenization

extension LlavaNextModel {
  /// Runs the chat template. Parts of one role in succession make one message: a list of texts and
  /// pictures, or in a text model, whose templates expect a string, the texts joined.
  /// - Parameters:
  ///   - texts: what stands in each part's place; nil for a picture.
  func render(
    _ parts: [PromptPart], texts: [String?], addGenerationPrompt: Bool
  ) throws -> String {
    var turns: [(role: String, content: [ChatMessage.Part])] = []
    for (part, text) in zip(parts, texts) {
      if turns.last?.role != part.role { turns.append((part.role, [])) }
      turns[turns.count - 1].content.append(text.map(ChatMessage.Part.text) ?? .image)
    }
    let messages = turns.map { turn in
      let content: ChatMessage.Content =
        pictures != nil
        ? .parts(turn.content)
        : .text(
          turn.content.reduce(into: "") { if case .text(let text) = $1 { $0 += text } })
      return ChatMessage(role: turn.role, content: content)
    }
    return try chatTemplate.get().render(
      messages, addGenerationPrompt: addGenerationPrompt,
      variables: tokenizerConfiguration.templateVariables)
  }
}
