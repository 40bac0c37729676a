import Models
import Tensors
import TestSupport
import Testing

/// The bf16 mode beside transformers' own bf16 forward, both against transformers in float32.
@Suite struct HalfPrecisionTests {
  /// Rounding to bfloat16 (8 significant bits) is off by at most 2⁻⁸ of a value. On its way
  /// through L blocks the residual meets 4L + 1 products whose inputs are rounded one after
  /// the other: two in attention, two in the feed-forward half, one in the head. To first
  /// order, if a rounding reaches the output no larger than it was made, the logits are off by
  /// (4L + 1) · 2⁻⁸ of their largest.
  static func bound(blocks: Int) -> Float { Float(4 * blocks + 1) / 256 }

  @Test(arguments: ReferenceCase.all)
  func theFastModeStaysWithinItsBound(reference: ReferenceCase) throws {
    let tensors = try reference.tensors()
    let decoder = try reference.model(.bfloat16).decoder
    var cache = reference.cache(decoder)
    let all = 0..<decoder.blockCount
    let last = try decoder.forward(
      tensors.matrix("embeddings"), blocks: all, cache: &cache, rows: 1)
    let expected = try tensors.matrix("logits")
    let error = try decoder.logits(last).relativeError(
      to: expected.slice(rows: expected.rows - 1..<expected.rows))
    print(
      "bf16 logits of \(reference.testDescription): error \(error), "
        + "transformers' own \(reference.bfloat16.logits), bound \(Self.bound(blocks: all.count))")
    #expect(error < Self.bound(blocks: all.count))
  }

  @Test(arguments: ReferenceCase.all)
  func gradientsOfTheFastModeStayClose(reference: ReferenceCase) throws {
    let tensors = try reference.tensors()
    let decoder = try reference.model(.bfloat16).decoder
    let saved = try decoder.forwardSaving(
      tensors.matrix("residual.0"), blocks: 1..<decoder.blockCount,
      prefix: reference.cache(decoder))
    let start = try decoder.logitGradient(
      saved.output.row(0),
      direction: [(token: reference.answer, weight: 1), (reference.baseline, -1)])
    let gradient = try decoder.pullback(
      saved, outputGradient: Matrix(rows: 1, columns: start.count, values: start))
    let error = gradient.relativeError(to: try tensors.matrix("gradient.0"))
    print("bf16 gradient of \(reference.testDescription): error \(error)")
    // Forth and back: twice the roundings.
    #expect(error < 2 * Self.bound(blocks: decoder.blockCount))
  }
}
