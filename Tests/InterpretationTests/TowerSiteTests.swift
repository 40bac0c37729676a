import Autoencoders
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// What an autoencoder of the vision tower's residual stream has nothing of, and what a context
/// keeps for it. The numbers are those of `SiteTests`.
@Suite struct TowerSiteTests {
  private static let names = SiteBench.names.filter(\.isOfTower)

  private func model(_ checkpoint: String) throws -> Model {
    try Model(
      folder: Fixtures.path("models/\(checkpoint)"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  @Test(arguments: [
    ("llama3", "vision.resid_post.2", "lies behind what becomes a picture's features"),
    ("llama3", "vision.resid_post.3", "layers 0 … 2"),
    ("llama3", "vision.resid_post.0 -> mlp_out.1", "is in the vision tower"),
    ("gemma3", "vision.resid_post.0", "the mean of a square of patches"),
    ("qwen3vl", "vision_tower.encoder.layers.0", "made of several patches"),
    ("qwen3-text", "vision.resid_post.0", "sees no pictures"),
  ])
  func whatIsNoSiteSaysWhy(checkpoint: String, name: String, words: String) throws {
    let model = try model(checkpoint)
    let error = #expect(throws: SiteRefusal.self) {
      _ = try AutoencoderSite(named: name, in: model)
    }
    #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
  }

  @Test func everyPositionOfTheReferenceIsTheOneThatHasARow() throws {
    for name in Self.names {
      let bench = try SiteBench(name)
      let rows = try bench.context().rows(at: bench.autoencoder.site, cancellation: .never)
      let x = try bench.tensor("x")
      let expected = (0..<x.rows).filter { row in x.row(row).contains { $0 != 0 } }
      #expect(rows.covered(among: 0..<rows.count) == expected)
      let harvest = SiteHarvest(model: bench.model, reading: bench.autoencoder.site)
      #expect(try harvest.read(bench.prompt, cancellation: .never) == rows.input.rows(expected))
    }
  }

  @Test func whatHasNoRowIsRefusedByName() throws {
    let bench = try SiteBench(Self.names[0])
    let context = try bench.context()
    let target = try bench.target("logitDiff.last")
    let relevance = #expect(throws: InterpretationError.self) {
      _ = try bench.attribution(.all(target, method: .relevance), in: context)
    }
    #expect(relevance?.description.contains("no rule for the layers") == true)
    let last = context.tokenCount - 1
    let elsewhere = #expect(throws: InterpretationError.self) {
      _ = try context.ablate(
        [Intervention(latent: 0, rule: .clamp(1), positions: [last..<last + 1])],
        autoencoder: bench.autoencoder, targets: [target], splice: Splice(), progress: { _ in },
        cancellation: .never)
    }
    #expect(elsewhere?.description.contains("none is a patch") == true)
    let words = try bench.model.prompt([.text("Hello")], template: .plain)
    let text = try ResidentContext(
      opening: words, partNames: ["text"], model: bench.model, recording: [], reusing: nil,
      progress: { _ in }, cancellation: .never)
    let blind = #expect(throws: InterpretationError.self) {
      _ = try bench.attribution(
        AttributionQuestion(target: .logProbability(token: 1, position: -1 + text.tokenCount)),
        in: text)
    }
    #expect(blind?.description.contains("shows no picture") == true, "\(blind as Any)")
    let active = try text.activations(
      of: bench.autoencoder, at: nil, topK: 3, rankedBy: .mean, cancellation: .never)
    #expect(active.items.isEmpty && active.l0 == 0 && active.fvu == nil)
  }

  /// A canvas that was brought to fewer cells: none of its tokens is one patch.
  @Test func aPictureOfShrunkCellsIsRefusedByName() throws {
    let bench = try SiteBench(try #require(Self.names.last))
    let prompt = try bench.model.prompt(
      [.picture(try Bench.picture("wide.png")), .text("How many?")], template: .plain)
    let context = try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "\($0)" }, model: bench.model,
      recording: [bench.autoencoder.site], reusing: nil, progress: { _ in }, cancellation: .never)
    let error = #expect(throws: InterpretationError.self) {
      _ = try context.code(of: bench.autoencoder, cancellation: .never)
    }
    #expect(error?.description.contains("were brought to") == true)
  }

  @Test func whatIsKeptIsCountedAndGivenBack() throws {
    for name in Self.names {
      let bench = try SiteBench(name)
      let (context, site) = (try bench.context(), bench.autoencoder.site)
      let before = context.byteCount
      #expect(!context.keepsTower(of: site))
      let question = AttributionQuestion.all(try bench.target("logitDiff.last"))
      let first = try bench.attribution(question, in: context)().items
      #expect(context.keepsTower(of: site) && context.byteCount > before)
      let bound = try #require(bench.model.towerBytes(bench.prompt.images.map(\.tiles)))
      context.forgetRuns()
      #expect(!context.keepsTower(of: site) && context.releasableByteCount == 0)
      let kept = context.byteCount
      _ = try context.rows(at: site, cancellation: .never)
      #expect(context.byteCount - kept <= bound.kept)
      #expect(try bench.attribution(question, in: context)().items == first)
    }
  }
}
