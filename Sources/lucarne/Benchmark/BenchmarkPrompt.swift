import ArgumentParser
import KernelProtocol

/// A prompt that can be made fresh: each time with another first token, so that nothing can be
/// taken over from a context before it.
struct BenchmarkPrompt {
  /// What the figures are filed under: `text 616`, `picture`.
  let name: String
  /// Tokens it must have, where that is known before.
  let length: Int?
  private let picture: String?
  private let rest: String

  /// Texts of exactly so many tokens, of words that are one token each.
  ///
  /// Two short contexts find out which words those are and what the tokenizer adds. They also touch
  /// every weight once, so that no figure holds the first reading of a page.
  /// - Throws: `ValidationError` where the model's tokenizer has no such words, or
  ///   adds more than a length.
  static func texts(lengths: [Int], kernel: ChildKernel) throws -> [BenchmarkPrompt] {
    let candidates = letters.map { " \($0)" }
    let known = Set(try tokens(of: letters[0] + candidates.joined(), kernel).map(\.text))
    let words = candidates.filter(known.contains)
    guard !words.isEmpty else {
      throw ValidationError("the model's tokenizer has no words of one letter that are one token")
    }
    let added = try tokens(of: letters[0] + words[0], kernel).count - 1
    return try lengths.map { length in
      guard length > added else {
        throw ValidationError("--tokens has \(length), expected at least \(added + 1)")
      }
      return BenchmarkPrompt(
        name: "text \(length)", length: length, picture: nil,
        rest: text(of: words, count: length - added))
    }
  }

  /// A picture and a question about it.
  static func picture(at path: String) -> BenchmarkPrompt {
    BenchmarkPrompt(name: "picture", length: nil, picture: path, rest: " what is shown here?")
  }

  /// The parts, with the first token of the given number.
  func params(variant: Int) -> ContextOpen.Params {
    let first = Self.letters[variant % Self.letters.count]
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

  private static let letters = "abcdefghijklmnopqrstuvwxyz".map { String($0) }

  /// The words in no order.
  private static func text(of words: [String], count: Int) -> String {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return words[Int(state >> 16) % words.count]
    }.joined()
  }

  private static func tokens(
    of text: String, _ kernel: ChildKernel
  ) throws -> [ContextTokens.Token] {
    let opened = try kernel(
      ContextOpen.self,
      ContextOpen.Params(
        parts: [Part(content: .text(text))],
        chat: ContextOpen.Chat(template: ContextOpen.Template.none)))
    let tokens = try kernel(
      ContextTokens.self, ContextTokens.Params(context: opened.context)
    ).tokens
    _ = try kernel(ContextClose.self, ContextClose.Params(context: opened.context))
    return tokens
  }
}
