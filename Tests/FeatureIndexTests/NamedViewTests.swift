import FeatureIndex
import Foundation
import GRDB
import TestSupport
import Testing

/// Indexes of pictures whose views have other names, and what no picture's layout may say.
@Suite struct NamedViewTests {
  private let folder: IndexFolder
  private static let views = [IndexView("image"), IndexView("thumbnail"), .text]
  private static let options = IndexOptions(
    exemplars: 3, sampledTokens: 25, spanTokens: 5, views: views)
  /// Two views one behind the other, with a token that closes each row of the second.
  private static let layout = ItemLayout(
    views: [
      .init(
        name: "image", rows: 2, columns: 3,
        map: .init(
          firstToken: 0, separators: 0, rows: .init(cell: 28, scale: 48.0 / 56),
          columns: .init(cell: 28, scale: 64.0 / 84))),
      .init(
        name: "thumbnail", rows: 4, columns: 3,
        map: .init(
          firstToken: 6, separators: 1,
          rows: .init(first: 1, cell: 14, start: -7, run: 2, gap: 3, scale: 1.5),
          columns: .init(scale: 64.0 / 3))),
    ], tokens: 22)

  init() throws { folder = try IndexFolder() }

  /// The same codes under other names.
  private static func renamed(_ codes: [ItemCode]) -> [ItemCode] {
    codes.map { code in
      var other = code
      if !code.item.layout.views.isEmpty { other.item.layout = layout }
      other.views = Dictionary(
        uniqueKeysWithValues: code.views.map { view, found in
          (IndexView.numbered.firstIndex(of: view).map { views[$0] } ?? view, found)
        })
      return other
    }
  }

  /// Whatever views are called, the same is counted, kept and found again.
  @Test func viewsOfAnyNameAreCountedAlike() throws {
    let corpus = RandomCorpus(count: 45, seed: 3)
    let codes = Self.renamed(corpus.codes)
    try corpus.build(at: folder.file("known"))
    let whole = try corpus.build(at: folder.file("named"), of: codes, options: Self.options)
    try corpus.build(
      at: folder.file("parts"), of: Array(codes.prefix(20)), every: 3, options: Self.options)
    let resumed = try corpus.build(
      at: folder.file("parts"), of: Array(codes.dropFirst(20)), options: Self.options)
    #expect(resumed == whole)
    let (known, named) = (
      try FeatureIndexStore.open(at: folder.file("known")),
      try FeatureIndexStore.open(at: folder.file("named"))
    )
    #expect(named.options == Self.options && named.options.knownViews == Self.views)
    #expect(try named.integrityFailures() == [])
    #expect(try named.items(limit: 100).map(\.item) == codes.map(\.item))
    let positions = try (known.facts().positions, named.facts().positions)
    for (view, name) in zip(IndexView.numbered, Self.views) {
      #expect(positions.0[view] == positions.1[name])
      #expect(
        try known.latents(in: view, by: .frequency, limit: 100).map(\.latent)
          == named.latents(in: name, by: .frequency, limit: 100).map(\.latent))
      for latent in 0..<40 {
        #expect(
          try known.statistics(ofLatent: latent)[view]
            == named.statistics(ofLatent: latent)[name])
        for ranking in IndexRanking.allCases {
          let wanted = corpus.places(latent: latent, view: view, ranking: ranking).prefix(3)
          let found = try named.exemplars(
            ofLatent: latent, view: name, ranking: ranking, limit: 5)
          #expect(found.map(\.item.digest) == wanted.map(\.digest))
          #expect(found.map(\.map) == wanted.map(\.map))
        }
      }
    }
    // Views of the same name have the same number in every shard.
    let shards = try (0..<2).map { shard in
      let path = folder.file("shard-\(shard)")
      try corpus.build(
        at: path, of: codes.filter { Int($0.item.digest[0]) % 2 == shard }, options: Self.options)
      return path
    }
    _ = try FeatureIndexStore.merge(shards, into: folder.file("merged"))
    #expect(try FeatureIndexStore.open(at: folder.file("merged")).contentDigest() == whole)
  }

  @Test func aViewThatTheIndexDoesNotHaveIsNamed() throws {
    let corpus = RandomCorpus(count: 6, seed: 3)
    try corpus.build(
      at: folder.file("a"), of: Self.renamed(corpus.codes), options: Self.options)
    let store = try FeatureIndexStore.open(at: folder.file("a"))
    for ask: () throws -> Void in [
      { _ = try store.exemplars(ofLatent: 1, view: IndexView("left"), ranking: .max, limit: 1) },
      { _ = try store.latents(in: IndexView("left"), by: .max, limit: 1) },
      { _ = try store.latents(withItem: 0, view: IndexView("left"), limit: 1) },
    ] {
      #expect {
        try ask()
      } throws: {
        "\($0)" == "the view is \"left\", expected one of the index's: image, thumbnail, text"
      }
    }
  }

  /// Pictures of one size share a row, whatever else is theirs.
  @Test func layoutsAreKeptOnce() throws {
    let corpus = RandomCorpus(count: 45, seed: 3)
    let path = folder.file("a")
    try corpus.build(at: path, of: Self.renamed(corpus.codes), options: Self.options)
    let queue = try DatabaseQueue(path: path)
    #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM layout") } == 1)
    #expect(
      try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM item WHERE layout IS NULL") }
        == corpus.codes.count { $0.item.layout.views.isEmpty })
  }

  private static let map = #""map":{"firstToken":0,"rows":{"scale":1},"columns":{"scale":1},"#

  private static func view(_ rows: String, _ columns: String, _ more: String = "") -> String {
    #"{"name":"image","rows":\#(rows),"columns":\#(columns)\#(more)}"#
  }

  /// A map to pixels as a member of a view, with these rows.
  private static func mapped(rows: String) -> String {
    #","map":{"firstToken":0,"separators":0,"rows":\#(rows),"columns":{"scale":1}}"#
  }

  static let hostile: [(text: String, reason: String)] = [
    (#"{"views":[\#(view("-1", "3"))]}"#, "a grid of -1 × 3"),
    (#"{"views":[\#(view("9223372036854775807", "2"))]}"#, "a grid of 9223372036854775807 × 2"),
    (#"{"views":[\#(view("257", "256"))]}"#, "a grid of 257 × 256"),
    (#"{"views":[\#(view("1e99", "1"))]}"#, "cannot be read"),
    (#"{"views":[{"name":"text","rows":1,"columns":1}]}"#, "a view named \"text\""),
    (#"{"views":[{"name":"","rows":1,"columns":1}]}"#, "whose name has 0 bytes"),
    (#"{"views":[\#(view("1", "1")),\#(view("1", "1"))]}"#, "two views named \"image\""),
    (
      #"{"tokens":5,"views":[\#(view("2", "3", ",\(map)\"separators\":0}"))]}"#,
      "the tokens 0 to 6, expected some of 0 to 5"
    ),
    (
      #"{"tokens":6,"views":[\#(view("2", "3", ",\(map)\"separators\":1}"))]}"#,
      "the tokens 0 to 8, expected some of 0 to 6"
    ),
    (
      #"{"tokens":6,"views":[\#(view("2", "3", ",\(map)\"separators\":-1}"))]}"#,
      "has -1 separators a row"
    ),
    (#"{"views":[\#(view("2", "3", ",\(map)\"separators\":0}"))]}"#, "without a number of tokens"),
    (#"{"tokens":-1,"views":[\#(view("1", "1"))]}"#, "-1 tokens"),
    (
      #"{"tokens":9,"views":[\#(view("1", "1", mapped(rows: #"{"scale":0}"#)))]}"#,
      "0.0 times as many"
    ),
    (
      #"{"tokens":9,"views":[\#(view("1", "1", mapped(rows: #"{"scale":1,"run":0}"#)))]}"#,
      "in runs of 0"
    ),
    ("[]", "cannot be read"),
    (#"{"views":[]}"# + String(repeating: " ", count: 20_000), "20012 bytes"),
  ]

  @Test(arguments: hostile.indices) func whatNoPictureHasIsRefusedByName(index: Int) throws {
    let (text, reason) = Self.hostile[index]
    let corpus = RandomCorpus(count: 6, seed: 3)
    let path = folder.file("a")
    try corpus.build(at: path, of: Self.renamed(corpus.codes), options: Self.options)
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "UPDATE layout SET views = ?", arguments: [text])
    }
    try queue.close()
    let store = try FeatureIndexStore.open(at: path)
    for ask: () throws -> Void in [
      { _ = try store.items(limit: 10) }, { _ = try store.facts() },
      { _ = try FeatureIndexStore.merge([path], into: path + ".merged") },
    ] {
      #expect {
        try ask()
      } throws: { error in
        guard case .invalid = error as? FeatureIndexError else { return false }
        return "\(error)".contains(reason)
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path + ".merged"))
  }

  @Test func aLayoutThatCouldNotBeReadAgainIsNotWritten() throws {
    let store = try FeatureIndexStore.create(
      at: folder.file("a"), identity: RandomCorpus.identity, options: Self.options)
    var accumulator = IndexAccumulator(
      identity: RandomCorpus.identity, options: Self.options)
    var code = Self.renamed(RandomCorpus(count: 1, seed: 3).codes)[0]
    code.item.layout.tokens = 21
    accumulator.add(code)
    #expect {
      try store.commit(accumulator.takeCommit())
    } throws: {
      // Four rows of three cells and a token behind each.
      "\($0)".contains("the view \"thumbnail\" has the tokens 6 to 22, expected some of 6 to 21")
    }
    #expect(try store.facts().items == 0)
  }

  // MARK: Files of the schema before

  @Test(arguments: [
    ("baseRows = -1", "baseRows is -1"), ("tileColumns = 1 << 40", "tileColumns is 1099511627776"),
    ("baseRows = 300, baseColumns = 300", "a grid of 300 × 300"),
  ])
  func gridsThatNoPictureHasStopTheMigration(change: String, reason: String) throws {
    let path = folder.file("a")
    try Data(Fixtures.bytes("earlier_index/features.index")).write(to: URL(filePath: path))
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "UPDATE item SET \(change) WHERE number = 3")
    }
    try queue.close()
    #expect {
      _ = try FeatureIndexStore.open(at: path, writing: true)
    } throws: { error in
      guard case .invalid = error as? FeatureIndexError else { return false }
      return "\(error)".contains(reason)
    }
    // It is what it was: what can be read of it still is.
    let store = try FeatureIndexStore.open(at: path)
    #expect(try store.item(number: 0)?.name == "wide")
    #expect(throws: FeatureIndexError.self) { try store.item(number: 3) }
  }

  @Test func aLaterSchemaIsRefusedAsNewer() throws {
    let path = folder.file("a")
    try RandomCorpus(count: 3, seed: 3).build(at: path)
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('of tomorrow')")
    }
    try queue.close()
    #expect(throws: FeatureIndexError.newer(path: path)) { try FeatureIndexStore.open(at: path) }
  }
}
