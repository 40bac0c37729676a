import ArgumentParser
import KernelProtocol

/// A prompt that can be made fresh: each time with another first token, so that nothing can be taken over
/// from a context before it.
struct BenchmarkPrompt {
  /// What the figures are filed under: `text 616`, `picture`.
  let name: String
  /// Tokens it must have, where that is known before.
  let length: Int?
  private let picture: String?
  private let rest: String

  /// A text of exactly so many tokens.
  /// - Throws: `ValidationError` where the model's tokenizer does not allow the length.
  static func text(tokens: Int, kernel: KernelClient) throws -> BenchmarkPrompt {
    let short = try count(of: words(8), kernel)
    let perWord = try count(of: words(16), kernel) - short
    guard perWord > 0, perWord % 8 == 0 else {
      throw ValidationError(
        "8 more words are \(perWord) more tokens to this tokenizer, expected a multiple of 8")
    }
    // Where a word is several tokens, characters of one token each fill the rest.
    let (added, filling) = (tokens - short).quotientAndRemainder(dividingBy: perWord / 8)
    guard tokens >= short else {
      throw ValidationError("--tokens has \(tokens), expected at least \(short)")
    }
    return BenchmarkPrompt(
      name: "text \(tokens)", length: tokens, picture: nil,
      rest: words(8 + added) + String(repeating: ".", count: filling))
  }

  /// A picture and a question about it.
  static func picture(at path: String) -> BenchmarkPrompt {
    BenchmarkPrompt(name: "picture", length: nil, picture: path, rest: " what is shown here?")
  }

  /// The parts, with the first token of the given number.
  func params(variant: Int) -> ContextOpen.Params {
    let first = Self.letter(variant)
    let chat = ContextOpen.Chat(template: ContextOpen.Template.none)
    guard let picture else {
      return ContextOpen.Params(parts: [Part(content: .text(first + rest))], chat: chat)
    }
    return ContextOpen.Params(
      parts: [
        Part(id: "start", content: .text(first)),
        Part(id: "picture", content: .image(.path(picture))),
        Part(id: "question", content: .text(rest)),
      ], chat: chat)
  }

  /// Words of one letter, which most tokenizers know with the space before them, in no order.
  private static func words(_ count: Int) -> String {
    var state: UInt32 = 1
    return (0..<max(0, count)).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return " " + letter(Int(state >> 16))
    }.joined()
  }

  private static func letter(_ number: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return String(letters[number % letters.count])
  }

  private static func count(of text: String, _ kernel: KernelClient) throws -> Int {
    let opened = try kernel(
      ContextOpen.self,
      ContextOpen.Params(
        parts: [Part(content: .text(letter(0) + text))], chat: .init(template: ContextOpen.Template.none)))
    _ = try kernel(ContextClose.self, ContextClose.Params(context: opened.context))
    return opened.tokenCount
  }
}
