import Foundation
import TestSupport
import Testing
import Tokenization

/// Mutates the committed seeds for a bounded time: every outcome is a tokenizer or template that
/// works or an error, never a trap.
@Suite struct TokenizerFuzzTests {
  @Test(.timeLimit(.minutes(1)))
  func survivesMutatedTokenizers() throws {
    let seeds = try Fixtures.seeds("fuzz/tokenizer")
    try #require(!seeds.isEmpty)
    var random = SplitMix(seed: 2026)
    run(seconds: 3) { round in
      let bytes =
        round < seeds.count
        ? seeds[round] : mutate(seeds[round % seeds.count], using: &random)
      guard let tokenizer = try? Tokenizer(json: bytes) else { return }
      let text = "Ab cd's 12 \n\n e\u{301} <s> 🙂▁"
      guard let ids = try? tokenizer.encode(text, addSpecialTokens: true) else { return }
      _ = tokenizer.decode(ids + [-1, 1 << 40], skipSpecialTokens: round.isMultiple(of: 2))
      var decoder = StreamingDecoder(tokenizer, skipSpecialTokens: true)
      for id in ids { _ = decoder.append(id) }
      _ = decoder.finish()
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func survivesMutatedTemplates() throws {
    let seeds = Set(ChatTemplateTests.cases.map(\.source)).sorted().map { Array($0.utf8) }
    try #require(!seeds.isEmpty)
    var random = SplitMix(seed: 7)
    run(seconds: 2) { round in
      render(
        String(decoding: mutate(seeds[round % seeds.count], using: &random), as: UTF8.self))
    }
  }

  /// What was found by the test below, and stays found.
  @Test func survivesTheTemplatesThatWereFound() throws {
    for seed in try Fixtures.seeds("fuzz/template") {
      render(String(decoding: seed, as: UTF8.self))
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func survivesTemplatesOfTheGrammar() {
    var grammar = TemplateGrammar(seed: 11)
    run(seconds: 3) { _ in render(grammar.template()) }
  }

  private func render(_ source: String) {
    let messages = [
      ChatMessage(role: "user", content: .text("hi")),
      ChatMessage(role: "assistant", content: .parts([.image, .text("x")])),
    ]
    _ = try? ChatTemplate(source: source).render(
      messages, addGenerationPrompt: true, variables: ["bos_token": .string("<s>")])
  }

  private func run(seconds: Int, _ body: (Int) -> Void) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var round = 0
    while clock.now < end, round < 20_000 {
      body(round)
      round += 1
    }
    #expect(round > 10)
  }
}
