import Models
import Tensors
import TestSupport
import Testing

/// The residual stream of vision towers and gradients there, against autograd through the whole of
/// transformers' models (Tests/Fixtures/make/tower_streams.py), in float32.
@Suite struct TowerStreamTests {
  private struct Case: CustomTestStringConvertible {
    let checkpoint: String
    let name: String
    var testDescription: String { "\(checkpoint).\(name)" }
  }

  private static let cases = [
    ("llama3", "portrait-rgba"), ("llama3", "two-pictures"), ("qwen2", "wide"),
    ("onevision", "wide"), ("onevision", "two-pictures"), ("gemma3", "landscape"),
    ("gemma3-pan", "portrait-rgba"),
  ].map { Case(checkpoint: $0.0, name: $0.1) }

  /// A prompt's pictures on their way through the tower.
  private struct Bench {
    let reference: ReferenceCase
    let model: Model
    let prompt: Prompt
    let encoder: any TowerEncoder
    let tensors: TensorFixture

    init(_ example: Case, on engine: TestEngine = .host) throws {
      reference = try .named(example.checkpoint, example.name)
      model = try reference.model(on: engine)
      prompt = try model.prompt(reference.plainParts(), template: .plain)
      encoder = try #require(model.pictures as? any TowerEncoder)
      tensors = try TensorFixture("tower_streams/\(example.testDescription).safetensors")
    }

    /// Depths whose stream the features depend on.
    var depths: Range<Int> { 0..<encoder.tower.depth + 1 }

    func cuts(_ depth: Int) throws -> [[TowerCut]] {
      try prompt.images.map {
        try encoder.cuts($0.tiles, depth: depth, cancellation: .never)
      }
    }

    /// All tiles of all pictures, one below the other.
    func expected(_ name: String, _ depth: Int) throws -> Matrix {
      try tensors.matrix("\(name).\(depth)")
    }
  }

  @Test(arguments: cases, TestEngine.available)
  private func everyStateIsThatOfTransformers(example: Case, engine: TestEngine) throws {
    let bench = try Bench(example, on: engine)
    for depth in bench.depths {
      let found = Matrix(stacking: try bench.cuts(depth).joined().map(\.stream))
      #expect(
        found.relativeError(to: try bench.expected("stream", depth)) < DecoderParityTests.bound,
        "depth \(depth)")
    }
  }

  @Test(arguments: cases)
  private func aCutThatIsNotChangedChangesNothing(example: Case) throws {
    let bench = try Bench(example)
    var cache = bench.model.makeCache(for: bench.prompt)
    let whole = try bench.model.embeddings(bench.prompt, cache: &cache)
    for depth in bench.depths {
      for (image, cuts) in zip(bench.prompt.images, try bench.cuts(depth)) {
        let tokens = try bench.encoder.embed(
          cuts, streams: cuts.map(\.stream), layout: image.layout, cancellation: .never)
        // Words between a picture's views are nobody's.
        for position in image.span where bench.prompt.tokens[position] == bench.encoder.imageToken {
          let row = tokens.row(position - image.span.lowerBound)
          #expect(row == whole.row(position), "depth \(depth), position \(position)")
        }
      }
    }
  }

  /// Down through the decoder, the projector and the tower.
  @Test(arguments: cases, TestEngine.available)
  private func theGradientIsAutograds(example: Case, engine: TestEngine) throws {
    let bench = try Bench(example, on: engine)
    let decoder = bench.model.decoder
    var cache = bench.model.makeCache(for: bench.prompt)
    let x = try bench.model.embeddings(bench.prompt, cache: &cache)
    let saved = try decoder.forwardSaving(x, blocks: 0..<decoder.blockCount, prefix: cache)
    let direction = try decoder.logitGradient(
      saved.output.row(0),
      direction: [(token: bench.reference.answer, weight: 1), (bench.reference.baseline, -1)])
    let atEmbeddings = try decoder.pullback(
      saved, outputGradient: Matrix(rows: 1, columns: direction.count, values: direction))
    for depth in bench.depths {
      let gradients = try zip(bench.prompt.images, bench.cuts(depth)).flatMap { image, cuts in
        try bench.encoder.pullback(
          cuts, streams: cuts.map(\.stream), layout: image.layout,
          outputGradient: atEmbeddings.slice(rows: image.span), cancellation: .never)
      }
      let expected = try bench.expected("gradient", depth)
      #expect(
        Matrix(stacking: gradients).relativeError(to: expected) < 1e-4, "depth \(depth)")
    }
  }
}
