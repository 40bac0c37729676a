import Corpora
import FeatureIndex
import Foundation
import Indexing
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Comparisons and indexes of autoencoders inside blocks, held to whole runs of transformers with
/// hooks (Tests/Fixtures/make/site_comparisons.py).
@Suite struct SiteComparisonTests {
  struct Expected: Decodable, Sendable {
    let site: String
    let rendered: String
    let tokens: [Int]
    let valueA: Float
    let valueB: Float
    let differing: Int
    let allInto: Float
    let allOut: Float
  }

  /// The cases that have a second prompt.
  private static let names = SiteBench.names.filter { name in
    ["qwen3", "llama3", "qwen3-yarn", "gemma3", "mistral"].contains { name.model == "sites/\($0)" }
  }

  @Test func everyPlaceIsCompared() {
    #expect(Self.names.count == 22)
  }

  /// A bench with what PyTorch makes of its prompt and another one.
  private struct Pair {
    let bench: SiteBench
    let expected: Expected
    let tensors: TensorFixture
    private let site: String

    init(_ name: SiteBench.Name) throws {
      bench = try SiteBench(name)
      let file = "site_comparisons/" + name.model.dropFirst("sites/".count)
      let all: [Expected] = try Fixtures.json("\(file).json")
      expected = try #require(all.first { $0.site == name.site })
      tensors = try TensorFixture("\(file).safetensors")
      site = name.site
    }

    func numbers(_ name: String) throws -> [Float] {
      Array(try tensors.matrix("\(site)|\(name)").row(0))
    }

    /// The other prompt, rendered alike and with the same picture.
    func other() throws -> ResidentContext {
      let prompt = try bench.prompt(rendered: expected.rendered)
      return try ResidentContext(
        opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" },
        model: bench.model, recording: [bench.autoencoder.site], reusing: nil,
        progress: { _ in }, cancellation: .never)
    }
  }

  @Test(arguments: names)
  func patchedValuesAreThoseOfWholeRuns(_ name: SiteBench.Name) throws {
    let pair = try Pair(name)
    let (expected, target) = (pair.expected, try pair.bench.target("logitDiff.last"))
    let (a, b) = (try pair.bench.context(), try pair.other())
    #expect(b.tokens == expected.tokens)
    let found = try FeatureComparison(
      (a, b), targets: (target, target), autoencoder: pair.bench.autoencoder, count: 64,
      progress: { _ in }, cancellation: .never)()
    expectNear(found.first, expected.valueA, "the first")
    expectNear(found.second, expected.valueB, "the second")
    #expect(found.differing == expected.differing)
    expectNear(found.allIntoFirst, expected.valueA - expected.allInto, "all into the first")
    expectNear(found.allIntoSecond, expected.allOut - expected.valueB, "all into the second")
    let items = Dictionary(uniqueKeysWithValues: found.items.map { ($0.latent, $0) })
    let latents = try pair.numbers("latents").map { Int($0) }
    let (predicted, into, out) = (
      try pair.numbers("predicted"), try pair.numbers("into"), try pair.numbers("out")
    )
    for (index, latent) in latents.enumerated() {
      let item = try #require(items[latent])
      expectNear(item.predicted, predicted[latent], "latent \(latent)")
      expectNear(item.intoFirst, expected.valueA - into[index], "into the first, \(latent)")
      expectNear(item.intoSecond, out[index] - expected.valueB, "into the second, \(latent)")
    }
  }

  /// Of texts, whose tokens are all of the text.
  @Test(arguments: names.filter { $0.model.hasPrefix("sites/qwen3") })
  func anIndexCountsWhatWholeRunsHave(_ name: SiteBench.Name) throws {
    let (pair, scratch) = (try Pair(name), try Scratch())
    let bench = pair.bench
    let lines = try [bench.reference.rendered, pair.expected.rendered].map {
      String(decoding: try JSONSerialization.data(withJSONObject: ["text": $0]), as: UTF8.self)
    }
    try scratch.write(lines.joined(separator: "\n"), "prompts.jsonl")
    let index = try FeatureIndexStore.openOrCreate(
      at: "\(scratch.path)/index.db",
      identity: try IndexIdentity(model: bench.model, autoencoder: bench.autoencoder),
      options: IndexOptions(exemplars: 3, sampledTokens: 40, spanTokens: 5))
    let builder = IndexBuilder(
      resuming: try index.state(), corpus: .prompts(scratch.path + "/prompts.jsonl"),
      coder: ItemCoder(
        model: bench.model, autoencoder: bench.autoencoder, views: Set(IndexView.numbered),
        usesTemplate: false),
      options: .init(), write: { try index.commit($0) })
    while try builder.step(waiting: 5) != .done {}
    #expect(try index.items(limit: 10).count == 2)
    let (active, contexts) = (try pair.numbers("active"), try pair.numbers("contexts"))
    let (total, largest) = (try pair.numbers("total"), try pair.numbers("largest"))
    for latent in active.indices {
      let found = try index.statistics(ofLatent: latent)[.text] ?? LatentStatistics()
      #expect(found.positions == Int(active[latent]), "latent \(latent)")
      #expect(found.items == Int(contexts[latent]), "latent \(latent)")
      expectNear(Float(found.mass), total[latent], "latent \(latent)")
      expectNear(found.max, largest[latent], "latent \(latent)")
    }
  }
}
