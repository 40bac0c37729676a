import Models
import Tensors
import TestSupport
import Testing

/// What is added to pictures' tokens between blocks, on the way back from the logits: constants.
@Suite struct BlockAdditionTests {
  /// Every share of a logit difference adds up to it, by the conserving rule: those of the residual
  /// after block 0, of the biases, and of what is added behind block 1.
  @Test(arguments: ["landscape", "two-pictures"])
  func theSharesOfResidualBiasesAndAdditionsMakeTheLogit(_ name: String) throws {
    let reference = try ReferenceCase.named("qwen3vl", name)
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let x = try tensors.matrix("residual.0")
    let cache = reference.cache(decoder)
    let saved = try decoder.forwardSaving(x, blocks: 1..<decoder.blockCount, prefix: cache)
    let last = saved.output.row(0)
    let direction = [(token: reference.answer, weight: Float(1)), (reference.baseline, -1)]
    let start = try decoder.logitGradient(last, direction: direction, rule: .conserving)
    let found = try decoder.pullback(
      saved, outputGradient: Matrix(rows: 1, columns: start.count, values: start),
      rule: .conserving, at: [.input(of: 1)])
    let (gradient, biases) = try #require(
      found[.input(of: 1)].map { ($0.gradient, $0.biasShare) })
    let shares = x.rowDots(gradient).reduce(0, +)
    let logits = try tensors.matrix("logits").row(5)
    let difference = Double(logits[reference.answer] - logits[reference.baseline])
    #expect(abs(shares + biases - difference) < 1e-4 * abs(difference))
    // No projection of this decoder has a bias: all of it is what is added behind block 1.
    #expect(abs(biases) > 1e-3 * abs(difference))
  }

  @Test func partsOfASequenceGetWhatIsAddedToThem() {
    let rows = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])
    let additions = BlockAdditions([.init(first: 4, behindBlocks: [rows])])
    #expect(additions.clamped(to: 0..<4) == .none)
    #expect(
      additions.clamped(to: 5..<6)
        == BlockAdditions([.init(first: 5, behindBlocks: [rows.slice(rows: 1..<2)])]))
  }
}
