import Models
import Tensors
import TestSupport
import Testing

@Suite struct MemoryTests {
  @Test(arguments: [("llama3", "two-pictures"), ("qwen3-text", "text"), ("gemma3-text", "turns")])
  func estimatesCoverWhatIsHeld(_ checkpoint: String, _ name: String) throws {
    let reference = try ReferenceCase.named(checkpoint, name)
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let x = try tensors.matrix("embeddings")
    let saved = try decoder.forwardSaving(x, blocks: 1..<decoder.blockCount, rows: x.rows)
    let estimate = decoder.attributionBytes(tokens: x.rows, blocks: decoder.blockCount - 1)
    #expect(estimate >= saved.byteCount && estimate < 10 * saved.byteCount)
    let prefill = decoder.prefillBytes(tokens: x.rows)
    #expect(prefill > decoder.cacheBytes(tokens: x.rows))
    #expect(decoder.prefillBytes(tokens: x.rows, cached: 10) > prefill)
  }

  /// The last row of the last block, and of so many blocks the gates; keys and values apart.
  @Test(arguments: ["llama3", "qwen3-text", "gemma3-text"], [0, 1, 2, Int.max])
  func estimatesOfWhatAContextKeepsAreClose(_ checkpoint: String, gatedBlocks: Int) throws {
    let name = ["llama3": "two-pictures", "qwen3-text": "text", "gemma3-text": "turns"]
    let reference = try ReferenceCase.named(checkpoint, #require(name[checkpoint]))
    let (decoder, tensors) = (try reference.model(.bfloat16).decoder, try reference.tensors())
    let x = try tensors.matrix("embeddings")
    let (detail, count) = (SavedDetail(gatedBlocks: gatedBlocks), decoder.blockCount - 1)
    let saved = try decoder.forwardSaving(x, blocks: 1..<decoder.blockCount, keeping: detail)
    let held =
      saved.byteCount - decoder.cacheBytes(tokens: x.rows, blocks: count)
      - 4 * saved.output.count
    let estimate = decoder.ownRunBytes(tokens: x.rows, blocks: count, detail: detail)
    #expect(estimate >= held && Double(estimate) < 1.3 * Double(held), "\(estimate) for \(held)")
  }

  @Test func absurdSizesSaturate() throws {
    let decoder = try ReferenceCase.named("llama3", "text").model().decoder
    #expect(decoder.prefillBytes(tokens: .max, cached: .max) == .max)
    #expect(decoder.attributionBytes(tokens: .max, blocks: 3) == .max)
    #expect(decoder.prefillBytes(tokens: -5) == 0)
  }
}
