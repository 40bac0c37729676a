import Foundation
import TestSupport
import Testing
import Tokenization

/// Mutates the committed seeds: every outcome is a tokenizer or template that works
/// or an error, never a trap.
@Suite struct TokenizerFuzzTests {
  @Test func survivesMutatedTokenizers() throws {
    let seeds = try Fixtures.seeds("fuzz/tokenizer")
    try #require(!seeds.isEmpty)
    let run = FuzzRun(rounds: 2_000, seed: 2026)
    let found = run("mutated tokenizers") { round, random in
      let seed = seeds[round % seeds.count]
      let bytes = round < seeds.count ? seed : mutate(seed, using: &random)
      guard let tokenizer = try? Tokenizer(json: bytes) else { return .refused }
      let text = "Ab cd's 12 \n\n e\u{301} <s> 🙂▁"
      guard let ids = try? tokenizer.encode(text, addSpecialTokens: true) else { return .refused }
      _ = tokenizer.decode(ids + [-1, 1 << 40], skipSpecialTokens: round.isMultiple(of: 2))
      var decoder = StreamingDecoder(tokenizer, skipSpecialTokens: true)
      for id in ids { _ = decoder.append(id) }
      _ = decoder.finish()
      return .answered
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  @Test func survivesMutatedTemplates() throws {
    let seeds = Set(ChatTemplateTests.cases.map(\.source)).sorted().map { Array($0.utf8) }
    try #require(!seeds.isEmpty)
    let run = FuzzRun(rounds: 4_000, seed: 7)
    let found = run("mutated templates") { round, random in
      render(
        String(decoding: mutate(seeds[round % seeds.count], using: &random), as: UTF8.self))
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  /// What was found by the test below, and stays found.
  @Test func survivesTheTemplatesThatWereFound() throws {
    for seed in try Fixtures.seeds("fuzz/template") {
      _ = render(String(decoding: seed, as: UTF8.self))
    }
  }

  @Test func survivesTemplatesOfTheGrammar() {
    let run = FuzzRun(rounds: 4_000, seed: 11)
    let found = run("templates by grammar") { _, random in
      var grammar = TemplateGrammar(seed: random.next())
      return render(grammar.template())
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  /// Renders, or refuses in the words of a tokenization error; all else is a failure.
  private func render(_ source: String) -> FuzzRun.Outcome {
    let messages = [
      ChatMessage(role: "user", content: .text("hi")),
      ChatMessage(role: "assistant", content: .parts([.image, .text("x")])),
    ]
    do {
      _ = try ChatTemplate(source: source).render(
        messages, addGenerationPrompt: true, variables: ["bos_token": .string("<s>")])
      return .answered
    } catch {
      #expect(!error.description.isEmpty)
      return .refused
    }
  }
}
