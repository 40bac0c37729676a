import Interpretation
import Models
import Tensors
import Testing

@Suite struct HarvestTests {
  /// A model is causal: the base view's tokens have, to the bit, the residual that they have
  /// with the tiles behind them.
  @Test func theBaseViewAloneHasTheResidualItHasBesideTheTiles() throws {
    let bench = try Bench("llama3")
    let image = try #require(bench.prompt.images.first)
    #expect(image.span(ofView: "tiles") != nil)
    let harvest = SiteHarvest(model: bench.model, site: bench.autoencoder.site.input)
    let end = try #require(image.span(ofView: "base")).upperBound
    let base = try harvest(bench.prompt, first: end, cancellation: .never)
    let whole = try harvest(bench.prompt, cancellation: .never)
    #expect(base.rows == end && whole.rows == bench.prompt.tokens.count)
    #expect(base == whole.slice(rows: 0..<end))
    #expect(try harvest(bench.prompt, first: 10_000, cancellation: .never) == whole)
  }
}
