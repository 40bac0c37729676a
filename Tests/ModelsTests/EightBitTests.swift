import Models
import Tensors
import TestSupport
import Testing

/// The int8 mode against transformers with its linear layers replaced by 8-bit ones
/// (Tests/Fixtures/make/quantisation.py), which round the same activations. What is left is what
/// the bf16 mode rounds in attention, which the reference computes in float32, with the roundings
/// that this turns over: less than the whole of the bf16 mode's bound, and less than what the
/// weights' own rounding does, so that weights left as they are would be found out.
@Suite struct EightBitTests {
  static let cases = ReferenceCase.all.filter {
    [
      "llama3.text", "llama3.landscape", "mistral.text", "vicuna.turns", "qwen2.wide",
      "llama31-text.turns", "qwen2-text.text", "gemma3-text.turns",
    ].contains($0.testDescription)
  }

  @Test func everyCaseIsThere() { #expect(Self.cases.count == 8) }

  @Test(arguments: cases)
  func logitsAreThoseOfTransformersWithTheSameWeights(reference: ReferenceCase) throws {
    let tensors = try reference.tensors()
    let decoder = try reference.model(.int8).decoder
    var cache = reference.cache(decoder)
    let last = try decoder.forward(
      tensors.matrix("embeddings"), blocks: 0..<decoder.blockCount, cache: &cache, rows: 1)
    let logits = try decoder.logits(last)
    let expected = try Self.eightBit(reference).matrix("logits")
    let error = logits.relativeError(to: expected)
    let full = try tensors.matrix("logits")
    let effect = logits.relativeError(to: full.slice(rows: full.rows - 1..<full.rows))
    print(
      "int8 logits of \(reference.testDescription): error \(error), effect of 8 bits \(effect)")
    #expect(error < HalfPrecisionTests.bound(blocks: decoder.blockCount))
    #expect(error < effect)
    // The rows of named tokens are dequantised rather than rounded: within the mode's bound.
    let some = try decoder.logits(last, tokens: [reference.answer, reference.baseline])
    for (column, token) in [reference.answer, reference.baseline].enumerated() {
      #expect(abs(some[0, column] - logits[0, token]) < logits.maxMagnitude / 256)
    }
  }

  @Test(arguments: cases)
  func gradientsAreThoseOfTransformersWithTheSameWeights(reference: ReferenceCase) throws {
    let tensors = try reference.tensors()
    let decoder = try reference.model(.int8).decoder
    let saved = try decoder.forwardSaving(
      tensors.matrix("residual.0"), blocks: 1..<decoder.blockCount,
      prefix: reference.cache(decoder))
    let start = try decoder.logitGradient(
      saved.output.row(0),
      direction: [(token: reference.answer, weight: 1), (reference.baseline, -1)])
    let gradient = try decoder.pullback(
      saved, outputGradient: Matrix(rows: 1, columns: start.count, values: start))
    let error = gradient.relativeError(to: try Self.eightBit(reference).matrix("gradient"))
    let effect = gradient.relativeError(to: try tensors.matrix("gradient.0"))
    print(
      "int8 gradient of \(reference.testDescription): error \(error), effect of 8 bits \(effect)")
    #expect(error < HalfPrecisionTests.bound(blocks: decoder.blockCount))
    #expect(error < effect / 2)
  }

  private static func eightBit(_ reference: ReferenceCase) throws -> TensorFixture {
    try TensorFixture("quantisation/\(reference.testDescription).safetensors")
  }
}
