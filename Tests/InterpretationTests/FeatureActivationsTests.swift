import Autoencoders
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct FeatureActivationsTests {
  @Test(arguments: Bench.names)
  func residualAndCodeAreThoseOfTheReference(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    #expect(context.tokens == bench.reference.tokens)
    let residual = try context.tensor(
      at: bench.autoencoder.site.input, keep: true, cancellation: .never)
    #expect(residual.relativeError(to: try bench.tensors.matrix("residual")) < 1e-4)
    let code = try context.code(of: bench.autoencoder, cancellation: .never)
    var found: [Place: Float] = [:]
    for row in 0..<code.rows {
      let (indices, values) = code.row(row)
      for (index, value) in zip(indices, values) {
        found[Place(position: row, latent: Int(index))] = value
      }
    }
    expectClose(found, try bench.entries("values", beside: "indices"), "the code")
    let rebuilt = try bench.autoencoder.weights.decode(code)
    #expect(rebuilt.relativeError(to: try bench.tensors.matrix("reconstruction")) < 1e-4)
  }

  @Test(arguments: Bench.names)
  func rankingsL0AndFVUOfARegionAreThoseOfTheReference(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let rankings: [(String, FeatureActivations.Ranking)] = [
      ("max", .max), ("mean", .mean), ("sum", .sum),
    ]
    for expected in bench.reference.features {
      let positions = [expected.region[0]..<expected.region[1]]
      for (word, ranking) in rankings {
        let ranked = try #require(expected.ranks[word])
        let found = try context.activations(
          of: bench.autoencoder, at: positions, topK: ranked.count, rankedBy: ranking,
          cancellation: .never)
        #expect(found.items.map(\.latent) == ranked.map(\.latent), "\(word) of \(positions)")
        expectClose(found.items.map(\.score), ranked.map(\.score), "\(word) of \(positions)")
        #expect(abs(found.l0 - expected.l0) < 1e-9)
        let fvu = try #require(found.fvu)
        #expect(abs(fvu - expected.fvu) < 1e-4 * expected.fvu)
      }
    }
  }

  @Test(arguments: Bench.names)
  func everyActivePositionOfAFeatureIsListedWithItsValue(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let found = try context.activations(
      of: bench.autoencoder, at: nil, topK: 1000, rankedBy: .max, cancellation: .never)
    var values: [Place: Float] = [:]
    for item in found.items {
      #expect(item.positions.map(\.position) == item.positions.map(\.position).sorted())
      for entry in item.positions {
        values[Place(position: entry.position, latent: item.latent)] = entry.value
      }
    }
    expectClose(values, try bench.entries("values", beside: "indices"), "the activations")
    #expect(!found.items.contains { $0.latent == bench.reference.dead })
  }

  @Test func aRegionOfNoPositionHasNoFeatures() throws {
    let bench = try Bench("mistral")
    let found = try bench.context().activations(
      of: bench.autoencoder, at: [], topK: 5, rankedBy: .sum, cancellation: .never)
    #expect(found.items.isEmpty)
    #expect(found.l0 == 0)
  }

  @Test(arguments: Bench.names)
  func aDecoderRowActsOnTheVocabularyThroughTheFinalNormAndTheHead(_ name: String) throws {
    let bench = try Bench(name)
    let effects = try bench.tensors.matrix("information.effects")
    for (row, expected) in bench.reference.information.enumerated() {
      let found = try bench.autoencoder.information(
        ofLatent: expected.latent, decoder: bench.model.decoder, count: 5, cancellation: .never)
      let sorted = effects.row(row).sorted()
      expectClose(found.promoted.map(\.effect), sorted.suffix(5).reversed(), "promoted")
      expectClose(found.suppressed.map(\.effect), Array(sorted.prefix(5)), "suppressed")
      for token in found.promoted + found.suppressed {
        #expect(abs(effects[row, token.token] - token.effect) < 1e-4 * effects.maxMagnitude)
      }
      #expect(found.neighbours.map(\.latent) == expected.neighbours.map(\.latent))
      expectClose(found.neighbours.map(\.cosine), expected.neighbours.map(\.cosine), "cosines")
      expectClose([found.decoderNorm], [expected.norm], "the row's length")
      #expect(abs(found.encoderBias - expected.bias) <= 1e-6 * abs(expected.bias))
    }
  }
}
