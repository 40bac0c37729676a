import Foundation
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct SteeringTests {
  @Test(arguments: Bench.names)
  func everySteeredContinuationIsTheReferences(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for expected in bench.reference.steering {
      let splice = Splice(
        errorTerm: expected.errorTerm ?? "keep", reselect: expected.reselect ?? "none")
      let found = try bench.generate(
        expected.interventions?.map(\.intervention), splice: splice, in: context)
      let what = "\(expected.name), \(splice.key)"
      #expect(found.generation.tokens.map(\.id) == expected.tokens, "\(what)")
      #expect(found.generation.finish == .length)
      expectClose(
        found.generation.tokens.map(\.logProbability), expected.logProbs,
        "\(what), log-probabilities")
      #expect(found.divergences.count == expected.klPerToken.count)
      for (kl, known) in zip(found.divergences, expected.klPerToken) {
        #expect(abs(kl - known) <= 1e-4 * max(1, known), "\(what), KL")
      }
      #expect(found.receipt.passes == expected.receipt.steps, "\(what), passes")
      #expect(found.receipt.positions == expected.receipt.positions, "\(what), positions")
      #expect(found.receipt.dropped == expected.receipt.dropped, "\(what), dropped")
      #expect(
        abs(found.receipt.meanNorm - expected.receipt.meanNorm)
          <= 1e-4 * max(1, expected.receipt.meanNorm), "\(what), mean norm")
    }
  }

  @Test(arguments: Bench.names)
  func steeringByNothingWithTheErrorKeptIsThePlainRunItself(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let plain = try bench.generate(nil, in: context)
    for splice in [Splice(), Splice(reselection: .topK)] {
      let found = try bench.generate([], splice: splice, in: context)
      #expect(found.generation.tokens == plain.generation.tokens)
      #expect(found.generation.text == plain.generation.text)
      #expect(found.divergences.allSatisfy { $0 == 0 })
    }
  }

  @Test func aContextDoesNotChangeWhileItIsContinued() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let before = try context.logits(at: context.tokenCount - 1)
    let changes = try #require(bench.reference.interventions["several"]).map(\.intervention)
    let first = try bench.generate(changes, splice: Splice(errorTerm: .drop), in: context)
    let second = try bench.generate(changes, splice: Splice(errorTerm: .drop), in: context)
    #expect(first.generation.tokens == second.generation.tokens)
    #expect(first.divergences == second.divergences)
    #expect(try context.logits(at: context.tokenCount - 1) == before)
    #expect(context.version == 1)
    #expect(context.tokens == bench.reference.tokens)
  }

  @Test func appendedTokensContinueTheContext() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let plain = try bench.generate(nil, in: context).generation
    try context.append(tokens: plain.tokens.prefix(3).map(\.id), cancellation: .never)
    #expect(context.version == 2)
    let rest = try bench.generate(nil, in: context, tokens: 5).generation
    #expect(rest.tokens.map(\.id) == plain.tokens.suffix(5).map(\.id))
    expectClose(
      rest.tokens.map(\.logProbability), plain.tokens.suffix(5).map(\.logProbability),
      "log-probabilities")
  }

  /// KL(p ‖ q) of two coins in closed form, whatever constant the logits carry.
  @Test func divergenceIsThatOfTheDistributions() {
    for (p, q) in [(0.5, 0.5), (0.9, 0.2), (0.01, 0.99)] as [(Double, Double)] {
      let known = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
      let found = divergence(
        [Float(log(p)) + 30, Float(log(1 - p)) + 30],
        from: [Float(log(q)) - 7, Float(log(1 - q)) - 7])
      #expect(abs(Double(found) - known) < 1e-5)
    }
    #expect(divergence([0, 200], from: [0, 200]) == 0)
    #expect(abs(divergence([0, 300], from: [300, 0]) - 300) < 1e-3)
  }

  @Test func everyDrawnTokenIsTold() throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    var told: [Generation.Token] = []
    let found = try context.generate(
      GenerationOptions(maxTokens: 4), onToken: { told.append($0) }, cancellation: .never
    ).generation
    #expect(told == found.tokens)
    #expect(found.tokens.count == 4)
    let none = try context.generate(
      GenerationOptions(maxTokens: 0), cancellation: .never
    ).generation
    #expect(none.tokens.isEmpty)
  }
}
