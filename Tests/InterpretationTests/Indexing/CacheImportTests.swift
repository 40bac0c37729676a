import Autoencoders
import Checkpoints
import FeatureIndex
import Foundation
import Indexing
import Interpretation
import TestSupport
import Testing

/// Indexes of caches that others wrote, held to NumPy's counts over the same files.
@Suite struct CacheImportTests {
  struct Reference: Decodable {
    struct Place: Decodable {
      let row: Int
      let span: Int
      let max: Double
      let mean: Double
      let mass: Double
      let positions: [UInt16]
      let values: [Float]
    }

    struct Latent: Decodable {
      let positions: Int
      let items: Int
      let sum: Double
      let max: Float
      let quantiles: [Double]
      let rankings: [String: [Place]]
    }

    let spanTokens: Int
    let exemplars: Int
    let caches: [String: [Latent]]
  }

  private let reference: Reference
  private let scratch: Scratch

  init() throws {
    reference = try Fixtures.json("caches/index.json")
    scratch = try Scratch()
  }

  private func options(latents: Int = 50) -> CacheImport.Options {
    var options = CacheImport.Options(
      identity: IndexIdentity(
        model: "", autoencoder: "", site: "resid_post.3", latentCount: latents, activation: "topk 8"
      ),
      index: IndexOptions(
        exemplars: reference.exemplars, sampledTokens: 1000, spanTokens: reference.spanTokens))
    options.grid = GridSize(rows: 1, columns: 11)
    return options
  }

  @Test(arguments: [("paper", "paper", IndexView.base), ("delphi", "delphi/layers.3", .text)])
  func holdsWhatNumPyCounts(name: String, folder: String, view: IndexView) throws {
    let cache = try FeatureCache(path: Fixtures.path("caches/" + folder))
    let path = scratch.path + "/index"
    let counts = try CacheImport(cache, options: options()).write(to: path)
    let expected = try #require(reference.caches[name])
    #expect(counts.items == 6 && counts.skipped == 0 && counts.leftOut == 0)
    #expect(counts.activations == expected.reduce(0) { $0 + $1.positions })
    #expect(counts.missingLatents == (name == "paper" ? [11, 24, 36, 49] : []))
    let store = try FeatureIndexStore.open(at: path)
    #expect(try store.integrityFailures() == [])
    #expect(try store.facts().positions[view] == 66)
    for (latent, wanted) in expected.enumerated() {
      let found = try store.statistics(ofLatent: latent)[view] ?? LatentStatistics()
      let what: Comment = "\(name) \(latent)"
      #expect(found.positions == wanted.positions && found.items == wanted.items, what)
      #expect(found.max == wanted.max, what)
      // Sums are kept in steps of 2^-20, one rounding an item.
      #expect(abs(found.mass - wanted.sum) <= 6.0 / 1_048_576, what)
      for (share, value) in zip([0.25, 0.5, 0.9], wanted.quantiles) {
        #expect(abs(try #require(found.quantile(share)) / value - 1) <= 1.0 / 16, what)
      }
      try compare(store, latent, view, wanted.rankings, what)
    }
  }

  private func compare(
    _ store: FeatureIndexStore, _ latent: Int, _ view: IndexView,
    _ rankings: [String: [Reference.Place]], _ what: Comment
  ) throws {
    for ranking in IndexRanking.allCases {
      let wanted = try #require(rankings[ranking.word])
      let found = try store.exemplars(ofLatent: latent, view: view, ranking: ranking, limit: 100)
      #expect(found.count == wanted.count, what)
      for (shown, place) in zip(found, wanted) {
        let score = [place.max, place.mean, place.mass][ranking.rawValue]
        #expect(abs(Double(shown.exemplar.score) - score) <= 1e-6 * score, what)
        // Of equal scores either may come first.
        if wanted.count(where: { abs([$0.max, $0.mean, $0.mass][ranking.rawValue] - score) < 1e-6 })
          == 1, found.last?.exemplar != shown.exemplar || wanted.count < reference.exemplars
        {
          #expect(shown.item.name == "row \(place.row)" && shown.exemplar.span == place.span, what)
          #expect(shown.map.positions == place.positions && shown.map.values == place.values, what)
        }
      }
    }
  }

  @Test func picturesGiveRowsTheirNamesAndDuplicatesAreSkipped() throws {
    let names = ["wide", "square", "portrait", "square", "missing", "landscape"]
    let lines = names.map { Fixtures.path("models/pictures/\($0).png") }
    try scratch.write(lines.joined(separator: "\n"), "list.txt")
    var options = options()
    options.pictures = scratch.path + "/list.txt"
    let cache = try FeatureCache(path: Fixtures.path("caches/paper"))
    let path = scratch.path + "/index"
    let counts = try CacheImport(cache, options: options).write(to: path)
    #expect(counts.items == 4 && counts.skipped == 2)
    let all = try #require(reference.caches["paper"]).reduce(0) { $0 + $1.positions }
    #expect(counts.activations + counts.leftOut == all && counts.leftOut > 0)
    let store = try FeatureIndexStore.open(at: path)
    let wide = try #require(try store.item(number: 0))
    let bytes = try Data(contentsOf: URL(filePath: lines[0]))
    #expect(wide.picture == .file(lines[0]) && wide.width > 0)
    #expect(wide.digest == SHA256.digest(of: Array(bytes)))
    #expect(try store.facts().skipped == [.duplicate: 1, .unreadable: 1])
  }

  @Test func whatIsNoCacheIsRefusedAndLeavesNothing() throws {
    let path = scratch.path + "/index"
    let paper = try FeatureCache(path: Fixtures.path("caches/paper"))
    #expect(throws: FeatureIndexError.self) {
      try CacheImport(paper, options: options(latents: 49))
    }
    var rows = options()
    rows.rows = 3
    #expect(throws: AutoencoderError.self) {
      try CacheImport(paper, options: rows).write(to: path)
    }
    #expect(throws: FeatureIndexError.interrupted(path: path)) {
      try CacheImport(paper, options: options()).write(to: path) { $0 < 0.5 }
    }
    for (name, entries) in [
      ("unsorted", [(5, 0, 1), (4, 0, 1)]), ("twice", [(5, 0, 1), (5, 0, 1)]),
    ] {
      let folder = scratch.path + "/" + name
      try DelphiCacheWriter(latentCount: 4, splits: 1).write(
        entries.map { CachedActivation(row: $0.0, position: $0.1, latent: $0.2, value: 1) },
        to: folder)
      #expect(throws: AutoencoderError.self, "\(name)") {
        try CacheImport(try FeatureCache(path: folder), options: options()).write(to: path)
      }
    }
    // The largest row that a file can name, and a position beyond the grid.
    try DelphiCacheWriter(latentCount: 4, splits: 1).write(
      [
        CachedActivation(row: 4_294_967_295, position: 4_294_967_295, latent: 3, value: 1),
        CachedActivation(row: 4_294_967_295, position: 4_294_967_295, latent: 2, value: -1),
      ], to: scratch.path + "/far")
    let far = try FeatureCache(path: scratch.path + "/far")
    let counts = try CacheImport(far, options: options()).write(to: path)
    #expect(counts.items == 1 && counts.leftOut == 2 && counts.activations == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(!left.contains { $0.contains("importing") })
  }
}
