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

  @Test func absurdSizesSaturate() throws {
    let decoder = try ReferenceCase.named("llama3", "text").model().decoder
    #expect(decoder.prefillBytes(tokens: .max, cached: .max) == .max)
    #expect(decoder.attributionBytes(tokens: .max, blocks: 3) == .max)
    #expect(decoder.prefillBytes(tokens: -5) == 0)
  }
}
