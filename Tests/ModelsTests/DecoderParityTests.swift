import Models
import Tensors
import TestSupport
import Testing

/// The decoder alone, from the reference's embeddings, against transformers in float32
/// (Tests/Fixtures/make/models.py). 1e-4 of the tensor's maximum is the agreed bound; float32
/// against float64 on such models differs by about 1e-6.
@Suite struct DecoderParityTests {
  static let bound: Float = 1e-4

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func residualsAndLogitsMatchTransformers(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    var cache = reference.cache(decoder)
    var x = try tensors.matrix("embeddings")
    var errors: [Float] = []
    for block in 0..<decoder.blockCount {
      x = try decoder.forward(x, blocks: block..<block + 1, cache: &cache)
      errors.append(x.relativeError(to: try tensors.matrix("residual.\(block)")))
      #expect(errors[block] < Self.bound, "block \(block)")
    }
    let expected = try tensors.matrix("logits")
    let logits = try decoder.logits(x.slice(rows: x.rows - expected.rows..<x.rows))
    errors.append(logits.relativeError(to: expected))
    #expect(errors[errors.count - 1] < Self.bound)
    print(
      "float32 residuals and logits of \(reference.testDescription), \(engine): errors \(errors)")
  }

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func gradientsMatchAutogradAtEveryBlock(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    let last = decoder.blockCount - 1
    let top = try tensors.matrix("residual.\(last)")
    let direction = [(token: reference.answer, weight: Float(1)), (reference.baseline, -1)]
    let start = try decoder.logitGradient(top.row(top.rows - 1), direction: direction)
    let outputGradient = Matrix(rows: 1, columns: start.count, values: start)
    let topGradient = try tensors.matrix("gradient.\(last)")
    let error = outputGradient.relativeError(to: topGradient.slice(rows: top.rows - 1..<top.rows))
    #expect(error < Self.bound)
    var errors: [Float] = []
    for block in 0..<last {
      let saved = try decoder.forwardSaving(
        tensors.matrix("residual.\(block)"), blocks: block + 1..<decoder.blockCount,
        prefix: reference.cache(decoder))
      let gradient = try decoder.pullback(saved, outputGradient: outputGradient)
      errors.append(gradient.relativeError(to: try tensors.matrix("gradient.\(block)")))
      #expect(errors[block] < Self.bound, "block \(block)")
    }
    print("float32 gradients of \(reference.testDescription), \(engine): errors \(errors)")
  }

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func greedyTokensAreThoseOfTransformers(reference: ReferenceCase, engine: TestEngine) throws {
    let (decoder, tensors) = (try reference.model(on: engine).decoder, try reference.tensors())
    var cache = reference.cache(decoder)
    var sampler = Sampler()
    var x = try tensors.matrix("embeddings")
    var tokens: [Int] = []
    while tokens.count < reference.greedy.count {
      let last = try decoder.forward(x, blocks: 0..<decoder.blockCount, cache: &cache, rows: 1)
      tokens.append(try sampler.choose(decoder.logits(last).row(0)).token)
      x = decoder.embed([tokens[tokens.count - 1]])
    }
    #expect(tokens == reference.greedy)
  }
}
