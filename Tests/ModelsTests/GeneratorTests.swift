import Models
import Tensors
import TestSupport
import Testing
import Tokenization

/// The generation loop with a model that says what it is told to.
@Suite struct GeneratorTests {
  private let tokenizer: Tokenizer

  init() throws {
    tokenizer = try Tokenizer(json: Fixtures.bytes("models/llama3/tokenizer.json"))
  }

  /// Generates while the script of token ids lasts; returns the answer and the streamed texts.
  private func generate(
    _ script: [Int], _ options: GenerationOptions
  ) throws -> (answer: Generation, streamed: [String]) {
    func logits(_ token: Int) -> [Float] {
      (0..<384).map { $0 == token ? 5 : 0 }
    }
    var rest = script.dropFirst()
    var streamed: [String] = []
    var generator = Generator(tokenizer, options: options)
    let answer = try generator.run(
      from: logits(script[0]), step: { _ in rest.popFirst().map(logits) },
      onToken: { streamed.append($1) })
    return (answer, streamed)
  }

  @Test func charactersAreStreamedWhole() throws {
    let text = "Is 北京 there? 🧿"
    let script = try tokenizer.encode(text, addSpecialTokens: false)
    let (answer, streamed) = try generate(script, GenerationOptions(maxTokens: 100))
    #expect(answer.text == text && streamed.joined() == text)
    #expect(answer.tokens.map(\.id) == script)
    #expect(answer.finish == .length)
    #expect(streamed.allSatisfy { !$0.contains("\u{FFFD}") })
    #expect(streamed.contains(""), "some tokens hold only a part of a character")
  }

  @Test func aCharacterThatIsNeverFinishedIsShownAsSuch() throws {
    let script = try tokenizer.encode("ab北", addSpecialTokens: false).dropLast()
    let (answer, streamed) = try generate(Array(script), GenerationOptions(maxTokens: 100))
    #expect(answer.text == "ab\u{FFFD}" && streamed.joined() == "ab")
  }

  @Test func endTokensEndAndAreNotPartOfTheAnswer() throws {
    let end = try #require(tokenizer.id(ofToken: "<|eot_id|>"))
    let words = try tokenizer.encode("blue", addSpecialTokens: false)
    let options = GenerationOptions(maxTokens: 100, endTokens: [end])
    let (answer, _) = try generate(words + [end] + words, options)
    #expect(answer.text == "blue" && answer.tokens.map(\.id) == words)
    #expect(answer.finish == .endToken)
  }

  @Test func stopStringsCutTheTextAcrossTokens() throws {
    let script = try tokenizer.encode("The red square is there", addSpecialTokens: false)
    let options = GenerationOptions(maxTokens: 100, stopStrings: ["quar"])
    let (answer, streamed) = try generate(script, options)
    #expect(answer.text == "The red s" && streamed.joined() == "The red s")
    #expect(answer.finish == .stopString && answer.tokens.count < script.count)
  }

  @Test func atMostSoManyTokensAreMade() throws {
    let script = try tokenizer.encode("The red square", addSpecialTokens: false)
    for count in [0, 1, 2] {
      let (answer, _) = try generate(script, GenerationOptions(maxTokens: count))
      #expect(answer.tokens.count == count && answer.finish == .length)
    }
  }

  @Test func aCancelledAnswerStops() throws {
    var generator = Generator(tokenizer, options: GenerationOptions(maxTokens: 5))
    #expect(throws: CancellationError.self) {
      try generator.run(
        from: [1, 0], cancellation: Cancellation { true }, step: { _ in [1, 0] })
    }
  }
}
