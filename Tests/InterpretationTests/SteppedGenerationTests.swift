import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// A generation in steps of a token is the one at once, whatever happens in between.
@Suite struct SteppedGenerationTests {
  private static let tokens = 6

  private func steps(
    _ context: ResidentContext, between: () throws -> Void = {}
  ) throws -> (generation: Generation, steps: Int) {
    var run = try SteppedGeneration(
      context, options: GenerationOptions(maxTokens: Self.tokens), cancellation: .never)
    var steps = 0
    while true {
      steps += 1
      if let whole = try run.step(cancellation: .never) { return (whole, steps) }
      try between()
    }
  }

  @Test(arguments: Bench.names)
  func isTheGenerationAtOnce(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let expected = try bench.generate(nil, in: context, tokens: Self.tokens).generation
    let found = try steps(context)
    #expect(found.generation.tokens == expected.tokens)
    #expect(found.generation.text == expected.text && found.generation.finish == expected.finish)
    #expect(found.steps == found.generation.tokens.count)

    // Others use the model, and this context, between two tokens.
    let other = try bench.context()
    let busy = try steps(context) {
      _ = try bench.generate(nil, in: other, tokens: 2)
      _ = try bench.generate(nil, in: context, tokens: 2)
    }
    #expect(busy.generation.tokens == found.generation.tokens)
  }

  @Test func isCancelledBetweenTwoTokens() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let expected = try steps(context).generation
    var run = try SteppedGeneration(
      context, options: GenerationOptions(maxTokens: Self.tokens), cancellation: .never)
    #expect(try run.step(cancellation: .never) == nil)
    #expect(throws: CancellationError.self) { try run.step(cancellation: Cancellation { true }) }
    // The context is as it was.
    #expect(try steps(context).generation.tokens == expected.tokens)
  }
}
