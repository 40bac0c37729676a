import Autoencoders
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Questions about places within a picture whose tokens see each other both ways, against runs of
/// the blocks over the whole prompt.
@Suite struct BidirectionalTests {
  private struct Whole {
    let bench: Bench
    let context: ResidentContext
    /// The picture's tokens.
    let picture: Range<Int>
    var decoder: Decoder { bench.model.decoder }
    var above: Range<Int> { bench.autoencoder.site.write.block..<decoder.blockCount }

    init() throws {
      bench = try Bench("gemma3")
      context = try bench.context()
      picture = try #require(bench.prompt.images.first).span
    }

    /// What the blocks above the site read.
    func residual() throws -> Matrix {
      try context.tensor(at: bench.autoencoder.site.output, keep: true, cancellation: .never)
    }

    /// The logit of a token at a position of the whole prompt's run.
    func logit(_ token: Int, at position: Int, on residual: Matrix) throws -> Float {
      var cache = bench.model.makeCache(for: bench.prompt)
      let output = try decoder.forward(residual, blocks: above, cache: &cache)
      return try decoder.logits(output.slice(rows: position..<position + 1), tokens: [token])[0, 0]
    }
  }

  /// The first place, one within, the last, and the first behind.
  private func places(_ picture: Range<Int>) -> [Int] {
    [picture.lowerBound, picture.lowerBound + 5, picture.upperBound - 1, picture.upperBound]
  }

  @Test func gradientsOfATargetWithinThePictureReachAllOfIt() throws {
    let whole = try Whole()
    let x = try whole.residual()
    for position in places(whole.picture) {
      let scores = try whole.bench.attribute(
        .all(.logit(token: 9, position: position)), in: whole.context)
      #expect(abs(scores.targetValue - (try whole.logit(9, at: position, on: x))) < 1e-5)
      let saved = try whole.decoder.forwardSaving(
        x, blocks: whole.above, prefix: whole.context.model.makeCache(for: whole.bench.prompt),
        rows: x.rows)
      var seeds = Matrix(rows: x.rows, columns: x.columns)
      seeds.setRow(
        position,
        try whole.decoder.logitGradient(
          saved.output.row(position), direction: [(token: 9, weight: 1)]))
      let gradient = try whole.decoder.pullback(saved, outputGradient: seeds)
      let end = whole.picture.contains(position) ? whole.picture.upperBound : position + 1
      let code = try whole.context.code(of: whole.bench.autoencoder, cancellation: .never)
      var expected: [Place: Float] = [:]
      for row in 0..<end {
        let (latents, values) = code.row(row)
        let directions = whole.bench.autoencoder.weights.decoder.gather(
          rows: latents.map { Int($0) })
        for (index, (latent, value)) in zip(latents, values).enumerated() {
          let dot = zip(directions.row(index), gradient.row(row)).reduce(0) { $0 + $1.0 * $1.1 }
          expected[Place(position: row, latent: Int(latent))] = value * dot
        }
      }
      let found = try #require(scores.byPlace).mapValues(\.score)
      // Nothing behind what the target sees has a share.
      #expect(found.filter { $0.key.position >= end }.allSatisfy { $0.value == 0 })
      expectClose(
        found.filter { $0.key.position < end }, expected, "the logit at \(position)")
    }
  }

  @Test func aChangeWithinThePictureReachesPlacesBeforeIt() throws {
    let whole = try Whole()
    let x = try whole.residual()
    let changed = whole.picture.lowerBound + 9
    let latent = 7
    let direction = whole.bench.autoencoder.weights.decoder.gather(rows: [latent])
    let intervention = Intervention(
      latent: latent, rule: .add(3), positions: [changed..<changed + 1])
    let code = try whole.context.code(of: whole.bench.autoencoder, cancellation: .never)
    #expect(!code.row(changed).indices.contains(Int32(latent)), "the change would not be 3")
    var moved = x
    moved.setRow(changed, zip(x.row(changed), direction.row(0)).map { $0 + 3 * $1 })
    for position in places(whole.picture) + [changed - 1, x.rows - 1] {
      let found = try whole.bench.ablate(
        [intervention], targets: [.logit(token: 9, position: position)], splice: Splice(),
        in: whole.context)
      let (before, after) = (
        try whole.logit(9, at: position, on: x), try whole.logit(9, at: position, on: moved)
      )
      #expect(abs(found.targets[0].before - before) < 1e-5)
      #expect(abs(found.targets[0].after - after) < 1e-5)
      #expect(before != after, "position \(position) does not see the change")
    }
    // What stands before the picture sees nothing of it.
    let earlier = try whole.bench.ablate(
      [intervention], targets: [.logit(token: 9, position: whole.picture.lowerBound - 1)],
      splice: Splice(), in: whole.context)
    #expect(earlier.targets[0].before == earlier.targets[0].after)
  }

  @Test func aHarvestOfTheFirstTokensIsThatOfTheWhole() throws {
    let whole = try Whole()
    let harvest = SiteHarvest(
      model: whole.bench.model, site: whole.bench.autoencoder.site.input)
    let all = try harvest(whole.bench.prompt, cancellation: .never)
    for count in places(whole.picture) {
      #expect(
        try harvest(whole.bench.prompt, first: count, cancellation: .never)
          == all.slice(rows: 0..<count))
    }
  }
}
