import Checkpoints
import Models
import Tensors
import TestSupport
import Testing

/// What must hold of a decoder whatever its weights.
@Suite struct DecoderPropertyTests {
  /// float32 products whose shapes differ round differently: some tens of units in the last place.
  static let rounding: Float = 1e-5

  @Test(arguments: ReferenceCase.all)
  func splittingThePromptChangesNothingBeyondRounding(reference: ReferenceCase) throws {
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let x = try tensors.matrix("embeddings")
    for chunks in [[x.rows - 1, 1], [1, x.rows - 1], [7, 13, x.rows - 20]] {
      var cache = reference.cache(decoder)
      var outputs: [Matrix] = []
      var (start, wanted) = (0, 0)
      for count in chunks {
        wanted += count
        // A piece that would end within a picture that is seen whole ends before it.
        let end = reference.wholes.start(of: wanted)
        guard end > start else { continue }
        outputs.append(
          try decoder.forward(
            x.slice(rows: start..<end), blocks: 0..<decoder.blockCount, cache: &cache))
        start = end
      }
      let expected = try tensors.matrix("residual.\(decoder.blockCount - 1)")
      #expect(Matrix(stacking: outputs).relativeError(to: expected) < Self.rounding)
      #expect(cache.count(0) == x.rows)
    }
  }

  @Test(arguments: ReferenceCase.all)
  func aPrefixOfTheCacheContinuesAsIfTheRestHadNotBeen(reference: ReferenceCase) throws {
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let x = try tensors.matrix("embeddings")
    let all = 0..<decoder.blockCount
    var whole = reference.cache(decoder)
    _ = try decoder.forward(x, blocks: all, cache: &whole)
    let cut = reference.wholes.start(of: x.rows / 2)
    var half = whole.prefix(tokens: cut, blocks: all)
    let rest = try decoder.forward(x.slice(rows: cut..<x.rows), blocks: all, cache: &half)
    let expected = try tensors.matrix("residual.\(decoder.blockCount - 1)")
    #expect(rest.relativeError(to: expected.slice(rows: cut..<x.rows)) < Self.rounding)
    #expect(whole.count(0) == x.rows && half.count(0) == x.rows)
    #expect(whole.byteCount == decoder.cacheBytes(tokens: x.rows))
  }

  @Test(arguments: ReferenceCase.all)
  func aTokenChangesNothingBeforeIt(reference: ReferenceCase) throws {
    let (decoder, tensors) = (try reference.model().decoder, try reference.tensors())
    let x = try tensors.matrix("embeddings")
    let place = x.rows * 2 / 3
    var changed = x
    changed.setRow(place, x.row(place).map { -$0 })
    var caches = (reference.cache(decoder), reference.cache(decoder))
    let all = 0..<decoder.blockCount
    let plain = try decoder.forward(x, blocks: all, cache: &caches.0)
    let other = try decoder.forward(changed, blocks: all, cache: &caches.1)
    let first = reference.wholes.start(of: place)
    #expect(plain.slice(rows: 0..<first) == other.slice(rows: 0..<first))
    for row in first...place { #expect(plain.row(row) != other.row(row)) }
  }

  @Test func aSlidingWindowForgets() throws {
    let reference = try ReferenceCase.named("mistral", "text")
    let decoder = try reference.model().decoder
    let window = try #require(decoder.recipe.layers[0].window)
    let x = try reference.tensors().matrix("embeddings")
    var changed = x
    changed.setRow(0, x.row(0).map { -$0 })
    var caches = (reference.cache(decoder), reference.cache(decoder))
    let plain = try decoder.forward(x, blocks: 0..<1, cache: &caches.0)
    let other = try decoder.forward(changed, blocks: 0..<1, cache: &caches.1)
    #expect(plain.row(window - 1) != other.row(window - 1))
    #expect(plain.slice(rows: window..<x.rows) == other.slice(rows: window..<x.rows))
  }

  @Test func theSameRequestGivesTheSameBytes() throws {
    let reference = try ReferenceCase.named("llama3", "landscape")
    let x = try reference.tensors().matrix("embeddings")
    let runs = try (0..<2).map { _ in
      let decoder = try reference.model(.bfloat16).decoder
      var cache = reference.cache(decoder)
      return try decoder.forward(x, blocks: 0..<decoder.blockCount, cache: &cache)
    }
    #expect(runs[0] == runs[1])
  }

  @Test func aCancelledForwardStops() throws {
    let reference = try ReferenceCase.named("llama3", "landscape")
    let decoder = try reference.model().decoder
    let x = try reference.tensors().matrix("embeddings")
    var cache = reference.cache(decoder)
    #expect(throws: CancellationError.self) {
      try decoder.forward(
        x, blocks: 0..<decoder.blockCount, cache: &cache,
        cancellation: Cancellation { true })
    }
  }

  @Test func sitesAreReadByAllTheirNames() {
    for name in [
      "resid_post.24", "model.layers.24", "layers.24", "language_model.model.layers.24",
      "model.language_model.layers.24", "blocks.24.hook_resid_post",
    ] {
      #expect(Site(name: name) == .residualPost(24))
    }
    for name in [
      "layers", "layers.", "layers.-1", "layers.x", "model.layers.3.mlp", "24", "", "layers.²",
    ] {
      #expect(Site(name: name) == nil)
    }
    #expect(Site.residualPost(24).name == "resid_post.24")
    #expect(Site(name: "resid_pre.25") == .residualPost(24))
    for place in BlockPlace.allCases where place.isOfOneMeaning {
      #expect(Site(name: Site(place, block: 0).name) == Site(place, block: 0))
    }
  }
}
