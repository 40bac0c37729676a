import Checkpoints
import Images
import Models
import Tensors
import TestSupport
import Testing
import Tokenization

/// The whole way from parts to answers against transformers (Tests/Fixtures/make/models.py).
@Suite struct ModelParityTests {
  @Test(arguments: ReferenceCase.all)
  func tokensAndSpansAreThoseOfTransformers(reference: ReferenceCase) throws {
    let prompt = try reference.model().prompt(reference.promptParts())
    #expect(prompt.text == reference.rendered)
    #expect(prompt.tokens == reference.tokens)
    #expect(prompt.partSpans == reference.spans.map { $0[0]..<$0[1] })
    let traits = try reference.model().traits(of: prompt)
    #expect(traits.spans == reference.wholes)
    let places = traits.places.positions(of: 0..<prompt.tokens.count)
    #expect(places == reference.places.map(RowPositions.listed) ?? .consecutive(from: 0))
  }

  @Test(arguments: ReferenceCase.all)
  func theRenderedTextGivesTheSameTokensWithoutATemplate(reference: ReferenceCase) throws {
    let prompt = try reference.model().prompt(reference.plainParts(), template: .plain)
    #expect(prompt.tokens == reference.tokens)
  }

  @Test(arguments: ReferenceCase.all.filter { $0.pixels != nil })
  func pixelsAreExact(reference: ReferenceCase) throws {
    let prompt = try reference.model().prompt(reference.plainParts(), template: .plain)
    #expect(prompt.images.map(\.tiles.tileCount) == reference.tiles)
    #expect(prompt.images.map { fingerprint($0.tiles.values) } == reference.pixels)
  }

  @Test(arguments: ReferenceCase.all.filter { $0.pixels != nil }, TestEngine.available)
  func imageFeaturesMatchTransformers(reference: ReferenceCase, engine: TestEngine) throws {
    let (model, tensors) = (try reference.model(on: engine), try reference.tensors())
    let prompt = try model.prompt(reference.plainParts(), template: .plain)
    var cache = model.makeCache(for: prompt)
    let x = try model.embeddings(prompt, cache: &cache)
    let token = try #require(model.pictures).imageToken
    let features = x.rows(
      prompt.images.flatMap { image in image.span.filter { prompt.tokens[$0] == token } })
    let bound = DecoderParityTests.bound
    #expect(try features.relativeError(to: tensors.matrix("features")) < bound)
    #expect(try x.relativeError(to: tensors.matrix("embeddings")) < bound)
    let added = cache.traits.additions
    #expect(added.pieces.count == (reference.additions.isEmpty ? 0 : prompt.images.count))
    for (block, expected) in reference.additions.enumerated() {
      let found = Matrix(stacking: added.pieces.map { $0.behindBlocks[block] })
      #expect(found.relativeError(to: expected) < bound)
    }
    for part in [x.rows / 3..<x.rows * 2 / 3, 0..<1] {
      var partial = model.makeCache(for: prompt)
      let rows = try model.embeddings(prompt, positions: part, cache: &partial)
      // PyTorch promises the same bits for the same shapes alone, and these are fewer rows.
      if engine == .host {
        #expect(rows == x.slice(rows: part))
      } else {
        #expect(rows.relativeError(to: x.slice(rows: part)) < 1e-5)
      }
      if engine == .host { #expect(partial.traits.additions == added.clamped(to: part)) }
    }
    let needed = model.decoder.prefillBytes(tokens: x.rows)
    #expect(model.prefillBytes(prompt) > needed && model.prefillBytes(prompt) < 10 * needed)
  }

  @Test(arguments: ReferenceCase.all, TestEngine.available)
  func theAnswerIsThatOfTransformers(reference: ReferenceCase, engine: TestEngine) throws {
    let model = try reference.model(on: engine)
    let prompt = try model.prompt(reference.plainParts(), template: .plain)
    var cache = model.makeCache(for: prompt)
    let last = try model.decoder.forward(
      model.embeddings(prompt, cache: &cache), blocks: 0..<model.decoder.blockCount, cache: &cache,
      rows: 1)
    let logits = try model.decoder.logits(last).row(0)
    let options = GenerationOptions(maxTokens: reference.greedy.count)
    var streamed = ""
    var ids: [Int] = []
    let answer = try model.generate(from: logits, cache: &cache, options: options) {
      streamed += $1
      ids.append($0.id)
    }
    // The reference ran on past end tokens.
    let ends = Set(model.generation.endTokens)
    let expected = Array(reference.greedy.prefix { !ends.contains($0) })
    #expect(answer.tokens.map(\.id) == expected && ids == expected)
    #expect(answer.finish == (expected.count < reference.greedy.count ? .endToken : .length))
    // Of bytes that are not UTF-8 the whole text can make other replacement characters.
    let whole = model.tokenizer.decode(expected, skipSpecialTokens: true)
    #expect(answer.text == whole || whole.contains("\u{FFFD}"))
    #expect(answer.text.hasPrefix(streamed))
  }

  @Test(arguments: ReferenceCase.all.filter { $0.pixels != nil })
  func theFastModeSeesPicturesWithinItsBound(reference: ReferenceCase) throws {
    let (model, tensors) = (try reference.model(.bfloat16), try reference.tensors())
    let prompt = try model.prompt(reference.plainParts(), template: .plain)
    var cache = model.makeCache(for: prompt)
    let last = try model.decoder.forward(
      model.embeddings(prompt, cache: &cache), blocks: 0..<model.decoder.blockCount, cache: &cache,
      rows: 1)
    let expected = try tensors.matrix("logits")
    let error = try model.decoder.logits(last).relativeError(
      to: expected.slice(rows: expected.rows - 1..<expected.rows))
    // The tower's products (six a layer at most three deep in rounding each) and the projector's.
    let bound = HalfPrecisionTests.bound(blocks: 2 * model.decoder.blockCount)
    print("bf16 with pictures, \(reference.testDescription): \(error), bound \(bound)")
    #expect(error < bound)
  }

  /// FNV-1a over the values' bits, as the script computes it.
  private func fingerprint(_ values: [Float]) -> String {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in values { state = (state ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3 }
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
