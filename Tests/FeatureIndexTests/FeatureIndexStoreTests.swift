import FeatureIndex
import Foundation
import Testing

/// A folder that goes away with the test.
final class IndexFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "index-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { path + "/" + name }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension RandomCorpus {
  /// Builds an index, committing every few items, and leaves it closed.
  @discardableResult
  func build(
    at path: String, of codes: [ItemCode]? = nil, every step: Int = 4,
    options: IndexOptions = options
  ) throws -> [UInt8] {
    let store = try FeatureIndexStore.openOrCreate(
      at: path, identity: Self.identity, options: options)
    var accumulator = IndexAccumulator(resuming: try store.state())
    for (number, code) in (codes ?? self.codes).enumerated() {
      accumulator.add(code)
      if number % step == step - 1 { try store.commit(accumulator.takeCommit()) }
    }
    try store.commit(accumulator.takeCommit())
    return try store.contentDigest()
  }
}

@Suite struct FeatureIndexStoreTests {
  let folder: IndexFolder
  let corpus = RandomCorpus(count: 45, seed: 3)

  init() throws { folder = try IndexFolder() }

  @Test func readsWhatWasCounted() throws {
    let path = folder.file("a")
    try corpus.build(at: path)
    let store = try FeatureIndexStore.open(at: path)
    #expect(try store.integrityFailures() == [])
    for latent in [0, 13, 39] {
      for view in IndexView.numbered {
        let wanted = corpus.places(latent: latent, view: view, ranking: .mean).prefix(3)
        let found = try store.exemplars(ofLatent: latent, view: view, ranking: .mean, limit: 10)
        #expect(found.map(\.item.digest) == wanted.map(\.digest))
        #expect(found.map(\.map) == wanted.map(\.map))
        let second = try store.exemplars(
          ofLatent: latent, view: view, ranking: .mean, offset: 1, limit: 1)
        #expect(second.map(\.item.digest) == wanted.dropFirst().prefix(1).map(\.digest))
      }
    }
    let items = try store.items(limit: 100)
    #expect(items.map(\.item) == corpus.codes.map(\.item))
    let facts = try store.facts()
    #expect(facts.items == 45)
    #expect(
      facts.positions[.text] == corpus.codes.reduce(0) { $0 + $1.item.tokens.count })
    #expect(facts.sampledTokens == 25)
  }

  @Test(arguments: [5, 17, 1_000]) func anyOrderAndAnyCommitsMakeTheSameIndex(seed: Int) throws {
    let whole = try corpus.build(at: folder.file("whole"))
    var generator = SplitMix(state: UInt64(seed))
    let shuffled = corpus.codes.map { (generator.next(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    #expect(try corpus.build(at: folder.file("b"), of: shuffled, every: 1 + seed % 9) == whole)
    // And one item less makes another.
    #expect(try corpus.build(at: folder.file("c"), of: Array(shuffled.dropLast())) != whole)
  }

  @Test func goesOnWhereItStopped() throws {
    let whole = try corpus.build(at: folder.file("whole"))
    let path = folder.file("parts")
    for range in [0..<10, 10..<11, 11..<45] {
      try corpus.build(at: path, of: Array(corpus.codes[range]), every: 3)
    }
    #expect(try FeatureIndexStore.open(at: path).contentDigest() == whole)
  }

  @Test func anIndexThatWasCutOffHoldsWhatItCommitted() throws {
    let path = folder.file("live")
    let store = try FeatureIndexStore.create(
      at: path, identity: RandomCorpus.identity, options: RandomCorpus.options)
    var accumulator = IndexAccumulator(
      identity: RandomCorpus.identity, options: RandomCorpus.options)
    for number in 0..<45 {
      accumulator.add(corpus.codes[number])
      if number % 5 == 4 { try store.commit(accumulator.takeCommit()) }
      guard number % 11 == 0 else { continue }
      // What the disk holds at this moment, as a process that is killed would leave it.
      let copy = folder.file("copy-\(number)")
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      let found = try FeatureIndexStore.open(at: copy, writing: true)
      let committed = (number + 1) / 5 * 5
      #expect(try found.facts().items == committed)
      #expect(try found.integrityFailures() == [])
      var rest = IndexAccumulator(resuming: try found.state())
      for code in corpus.codes[committed...] { rest.add(code) }
      try found.commit(rest.takeCommit())
      let whole = folder.file("whole-\(number)")
      #expect(try corpus.build(at: whole) == found.contentDigest())
    }
  }

  @Test func threeShardsAreOneRun() throws {
    let whole = try corpus.build(at: folder.file("whole"))
    var paths: [String] = []
    for shard in 0..<3 {
      let path = folder.file("shard-\(shard)")
      try corpus.build(at: path, of: corpus.codes.filter { Int($0.item.digest[0]) % 3 == shard })
      paths.append(path)
    }
    let merged = folder.file("merged")
    let facts = try FeatureIndexStore.merge(paths, into: merged)
    #expect(facts.items == 45)
    let store = try FeatureIndexStore.open(at: merged)
    #expect(try store.contentDigest() == whole)
    #expect(try store.integrityFailures() == [])
    #expect(throws: FeatureIndexError.exists(path: merged)) {
      try FeatureIndexStore.merge(paths, into: merged)
    }
    #expect(throws: FeatureIndexError.self) {
      try FeatureIndexStore.merge([paths[0], paths[0]], into: folder.file("twice"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("twice.merging")))
  }

  @Test func oneWriterAtATime() throws {
    let path = folder.file("a")
    let first = try FeatureIndexStore.create(
      at: path, identity: RandomCorpus.identity, options: RandomCorpus.options)
    #expect(throws: FeatureIndexError.busy(path: path, holder: Int(getpid()))) {
      try FeatureIndexStore.open(at: path, writing: true)
    }
    let reader = try FeatureIndexStore.open(at: path)
    var accumulator = IndexAccumulator(
      identity: RandomCorpus.identity, options: RandomCorpus.options)
    accumulator.add(corpus.codes[0])
    try first.commit(accumulator.takeCommit())
    #expect(try reader.facts().items == 1)
    #expect(throws: FeatureIndexError.busy(path: path)) { try reader.commit(IndexCommit()) }
  }

  @Test func refusesWhatIsNoIndexAndLeavesItAlone() throws {
    #expect(throws: FeatureIndexError.missing(path: "/nowhere/at/all")) {
      try FeatureIndexStore.open(at: "/nowhere/at/all")
    }
    let path = folder.file("a")
    try corpus.build(at: path)
    let whole = try Data(contentsOf: URL(filePath: path))
    for (name, bytes) in [
      ("empty", Data()),
      ("text", Data("not a database, but a hundred bytes or more: ".utf8 + whole)),
      ("short", whole.prefix(99)),
      ("foreign", whole.prefix(68) + Data([0, 0, 0, 1]) + whole.dropFirst(72)),
      ("cut", whole.prefix(whole.count / 2 / 4096 * 4096)),
    ] {
      let copy = folder.file(name)
      try bytes.write(to: URL(filePath: copy))
      #expect(throws: FeatureIndexError.self, "\(name)") {
        let store = try FeatureIndexStore.open(at: copy)
        let failures = try store.integrityFailures()
        if !failures.isEmpty { throw FeatureIndexError.invalid(path: copy, reason: failures[0]) }
        _ = try store.state()
      }
      #expect(try Data(contentsOf: URL(filePath: copy)) == bytes, "\(name)")
    }
    var other = RandomCorpus.identity
    other.autoencoder = "b"
    #expect(throws: FeatureIndexError.self) {
      try FeatureIndexStore.openOrCreate(at: path, identity: other, options: RandomCorpus.options)
    }
  }

  @Test func explanationsAreAddedAndFound() throws {
    let path = folder.file("a")
    try corpus.build(at: path)
    let store = try FeatureIndexStore.open(at: path, writing: true)
    let human = ExplanationAuthor(kind: .human, name: "somebody")
    func explanation(
      _ latent: Int, _ text: String, _ state: ExplanationRecord.State = .explained
    ) -> ExplanationRecord {
      ExplanationRecord(
        latent: latent, state: state, text: text, author: human, method: "manual",
        evidence: ["ab", "cd"], created: 12)
    }
    var scored = explanation(3, "red fishes near a boat")
    scored.scores = [
      ScoreRecord(kind: "iou", value: 0.4, baseline: 0.01, count: 5, created: 13)
    ]
    try store.put([scored, explanation(4, "Boats at night"), explanation(5, "", .uninterpretable)])
    try store.put([explanation(4, "lamps")])
    #expect(try store.explanations(ofLatent: 4).map(\.text) == ["lamps", "Boats at night"])
    #expect(try store.explanations(ofLatent: 4).map(\.revision) == [2, 1])
    #expect(try store.label(ofLatent: 3)?.scores.map(\.value) == [0.4])
    #expect(try store.label(ofLatent: 3)?.evidence == ["ab", "cd"])
    #expect(try store.label(ofLatent: 5) == nil)
    #expect(try store.newestExplanations(limit: 10).map(\.latent) == [3, 4, 5])
    #expect(try store.newestExplanations(state: .uninterpretable, limit: 10).map(\.latent) == [5])
    #expect(try store.search(text: "fish boat", limit: 5).map(\.latent) == [3])
    #expect(try store.search(text: "lam", limit: 5).map(\.latent) == [4])
    #expect(try store.search(text: "night", limit: 5).isEmpty, "an old revision is not found")
    for hostile in ["\"", "a\" OR \"b", "NEAR(", "*", "label:", "' ; DROP TABLE label --"] {
      _ = try store.search(text: hostile, limit: 5)
    }
    #expect(throws: FeatureIndexError.self) { try store.put([explanation(40, "beyond")]) }
    #expect(try store.integrityFailures() == [])
  }

  @Test func coactivationCountsTheSample() throws {
    let path = folder.file("a")
    // A sample as large as the corpus: every token is in it.
    try corpus.build(
      at: path, options: IndexOptions(exemplars: 3, sampledTokens: 10_000, spanTokens: 5))
    let store = try FeatureIndexStore.open(at: path)
    var tokens: [Set<Int32>] = []
    for code in corpus.codes {
      for view in code.views.values {
        for position in 0..<view.positions {
          tokens.append(Set(view.latents[view.offsets[position]..<view.offsets[position + 1]]))
        }
      }
    }
    let (found, count) = try store.coactivations(ofLatent: 7, limit: 100)
    let with = tokens.filter { $0.contains(7) }
    #expect(count == with.count)
    for item in found {
      let other = Int32(item.latent)
      let both = with.count { $0.contains(other) }
      let either = tokens.count { $0.contains(other) || $0.contains(7) }
      #expect(item.count == both)
      #expect(item.jaccard == Double(both) / Double(either))
    }
    #expect(found.count > 20)
  }

  @Test func whatIsAddedWhileAnIndexIsReadIsCounted() throws {
    let path = folder.file("a")
    let options = IndexOptions(exemplars: 3, sampledTokens: 60, spanTokens: 5)
    try corpus.build(at: path, of: Array(corpus.codes[..<10]), options: options)
    let reader = try FeatureIndexStore.open(at: path)
    for (begin, end) in [(10, 10), (10, 30), (30, 45)] {
      try corpus.build(at: path, of: Array(corpus.codes[begin..<end]), options: options)
      let fresh = try FeatureIndexStore.open(at: path)
      #expect(try reader.facts().items == end)
      #expect(try reader.facts() == fresh.facts())
      for latent in 0..<40 {
        let (found, count) = try reader.coactivations(ofLatent: latent, limit: 100)
        let (wanted, wantedCount) = try fresh.coactivations(ofLatent: latent, limit: 100)
        #expect(found == wanted)
        #expect(count == wantedCount)
      }
    }
  }

  @Test func latentsAreListedInEveryOrderByPages() throws {
    let path = folder.file("a")
    try corpus.build(at: path)
    let store = try FeatureIndexStore.open(at: path)
    for view in IndexView.numbered {
      let all = try (0..<RandomCorpus.identity.latentCount).compactMap { latent in
        try store.statistics(ofLatent: latent)[view].map { (latent: latent, statistics: $0) }
      }
      for order in LatentOrder.allCases {
        let wanted = all.sorted { first, second in
          switch order {
          case .latent: first.latent < second.latent
          case .frequency:
            (-first.statistics.positions, first.latent)
              < (-second.statistics.positions, second.latent)
          case .max: (-first.statistics.max, first.latent) < (-second.statistics.max, second.latent)
          }
        }.map(\.latent)
        let pages = try stride(from: 0, to: wanted.count + 7, by: 7).flatMap { offset in
          try store.latents(in: view, by: order, offset: offset, limit: 7).map(\.latent)
        }
        #expect(pages == wanted)
      }
    }
  }
}
