import Tensors
import Tokenization

/// How a checkpoint makes one text of messages: its chat template and what that is given.
struct Conversation: Sendable {
  /// A checkpoint without a template still answers prompts that need none.
  private let template: Result<ChatTemplate, TokenizationError>
  private let variables: [String: TemplateValue]
  private let seesPictures: Bool

  /// The folder's template. Throws where it cannot run, be it for the shortest of conversations;
  /// that there is none shows when one is needed.
  init(
    folder: String, seesPictures: Bool, variables: [String: TemplateValue]
  ) throws(TokenizationError) {
    self.variables = variables
    self.seesPictures = seesPictures
    template = try Self.template(folder: folder, seesPictures: seesPictures, variables: variables)
  }

  /// Runs the chat template. Parts of one role in succession make one message: a list of texts and
  /// pictures, or in a text model, whose templates expect a string, the texts joined.
  /// - Parameters:
  ///   - texts: what stands in each part's place; nil for what is seen.
  func render(
    _ parts: [PromptPart], texts: [String?], addGenerationPrompt: Bool, time: TemplateTime,
    cancellation: Cancellation
  ) throws -> String {
    var turns: [(role: String, content: [ChatMessage.Part])] = []
    for (part, text) in zip(parts, texts) {
      if turns.last?.role != part.role { turns.append((part.role, [])) }
      turns[turns.count - 1].content.append(
        text.map(ChatMessage.Part.text) ?? (part.frames == nil ? .image : .video))
    }
    let messages = turns.map { turn in
      let content: ChatMessage.Content =
        seesPictures
        ? .parts(turn.content)
        : .text(
          turn.content.reduce(into: "") { if case .text(let text) = $1 { $0 += text } })
      return ChatMessage(role: turn.role, content: content)
    }
    let template = try template.get()
    func render(_ messages: [ChatMessage]) throws(TokenizationError) -> String {
      try template.render(
        messages, addGenerationPrompt: addGenerationPrompt, variables: variables, time: time,
        isStopped: { cancellation.isCancelled })
    }
    do throws(TokenizationError) { return try render(messages) } catch {
      guard case .template(let line, let reason) = error else { throw error }
      let place = "line \(line): \(reason)"
      // It has run when the model was loaded: these messages are what it cannot do.
      for (index, turn) in turns.enumerated() where turn.role != "user" {
        let texts = turn.content.filter { $0 != .image }
        guard texts.count < turn.content.count else { continue }
        let without = texts.isEmpty ? [] : [ChatMessage(role: turn.role, content: .parts(texts))]
        if (try? render(messages[..<index] + without + messages[(index + 1)...])) != nil {
          throw ModelError.pictureInTurn(role: turn.role, reason: place)
        }
      }
      throw ModelError.templateCannotRender(roles: messages.map(\.role), reason: place)
    }
  }

  private static func template(
    folder: String, seesPictures: Bool, variables: [String: TemplateValue]
  ) throws(TokenizationError) -> Result<ChatTemplate, TokenizationError> {
    let template: ChatTemplate
    do {
      template = try ChatTemplate(folder: folder, reader: seesPictures ? .processor : .tokenizer)
    } catch .noTemplate(let folder) { return .failure(.noTemplate(folder: folder)) }
    // A template may insist on a system's message, or on an answer to continue; none insists on
    // all.
    var failure: TokenizationError?
    for roles in [["user"], ["system", "user"], ["user", "assistant", "user"]] {
      let messages = roles.map { role in
        ChatMessage(
          role: role, content: seesPictures ? .parts([.image, .text("x")]) : .text("x"))
      }
      do {
        _ = try template.render(messages, addGenerationPrompt: true, variables: variables)
        return .success(template)
      } catch .refusedByTemplate { return .success(template) } catch { failure = failure ?? error }
    }
    throw failure ?? .noTemplate(folder: folder)
  }
}
