import FeatureIndex
import Foundation
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct IndexBuilderTests {
  private let bench: Bench
  private let reference: IndexReference

  init() throws {
    bench = try Bench("llama3")
    reference = try IndexReference.load()
  }

  private func emptyIndex() throws -> MemoryIndex {
    MemoryIndex(
      identity: try IndexIdentity(model: bench.model, feature: bench.feature),
      options: IndexOptions(
        exemplars: reference.exemplars, sampledTokens: 40, spanTokens: reference.spanTokens))
  }

  private func builder(
    _ corpus: CorpusSource, into index: MemoryIndex, _ options: IndexBuilder.Options = .init(),
    write: ((IndexCommit) throws -> Void)? = nil
  ) -> IndexBuilder {
    IndexBuilder(
      resuming: index.state, corpus: corpus,
      coder: ItemCoder(
        model: bench.model, feature: bench.feature, views: Set(IndexView.allCases),
        usesTemplate: false),
      options: options, write: write ?? index.write)
  }

  private func finish(_ builder: IndexBuilder) throws {
    while try builder.step(waiting: 5) != .done {}
  }

  private func prompts(_ scratch: Scratch) throws -> CorpusSource {
    let lines = try reference.items.map { item in
      var members = ["id": item.name, "source": "fixture"]
      if let image = item.image { members["image"] = Fixtures.path(image) }
      members["text"] = item.text
      members["answer"] = item.answer
      return String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }
    try scratch.write(lines.joined(separator: "\n"), "prompts.jsonl")
    return .prompts(scratch.path + "/prompts.jsonl")
  }

  /// Counts, sums, lists and maps of every latent are those of dense codes by PyTorch.
  @Test func holdsWhatBruteForceFinds() throws {
    let scratch = try Scratch()
    let index = try emptyIndex()
    try finish(builder(try prompts(scratch), into: index))
    #expect(index.items.map(\.name) == reference.items.map(\.name))
    #expect(index.items.allSatisfy { $0.source == "fixture" } && index.skipped.isEmpty)
    for view in IndexView.allCases {
      for (latent, expected) in try #require(reference.statistics[view.word]).enumerated() {
        let key = MemoryIndex.Key(latent: latent, view: view)
        let found = index.statistics[key] ?? LatentStatistics()
        #expect(found.positions == expected.positions && found.items == expected.items, "\(key)")
        #expect(abs(found.mass - expected.sum) <= 1e-4 * max(1, expected.sum), "\(key)")
        #expect(abs(found.max - expected.max) <= 1e-4 * max(1, expected.max), "\(key)")
        #expect(found.histogram.reduce(0) { $0 + Int($1) } == expected.positions, "\(key)")
        for ranking in IndexRanking.allCases {
          let list = try #require(reference.rankings[view.word]?[ranking.word])[latent]
          try compare(index, key, ranking, with: list)
        }
      }
    }
    #expect(index.sample.count == 40)
  }

  private func compare(
    _ index: MemoryIndex, _ key: MemoryIndex.Key, _ ranking: IndexRanking,
    with expected: [IndexReference.Exemplar]
  ) throws {
    let found = index.exemplars[.init(key: key, ranking: ranking)] ?? []
    let what = "\(key) by \(ranking)"
    #expect(found.map { index.items[$0.item].name } == expected.map(\.item), "\(what)")
    #expect(found.map(\.span) == expected.map(\.span), "\(what)")
    expectClose(found.map(\.score), expected.map(\.score), what)
    for (exemplar, want) in zip(found, expected) {
      let map = try #require(
        index.maps[
          .init(latent: key.latent, view: key.view, item: exemplar.item, span: exemplar.span)])
      #expect(map.positions == want.positions, "\(what)")
      expectClose(map.values, want.values, what)
    }
  }

  /// Wherever a build is lost, going on gives the index of an unbroken one.
  @Test func aBuildLostAnywhereGoesOnToTheSameIndex() throws {
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let whole = try emptyIndex()
    try finish(builder(source, into: whole))
    for (steps, commitEntries) in [(1, 1), (2, 2), (3, 2), (5, 2), (7, 3), (4, 100)] {
      let index = try emptyIndex()
      var options = IndexBuilder.Options()
      options.commitEntries = commitEntries
      for _ in 0..<3 {
        let lost = builder(source, into: index, options)
        for _ in 0..<steps where try lost.step(waiting: 5) == .done { break }
      }
      try finish(builder(source, into: index, options))
      #expect(index.facts == whole.facts, "lost after \(steps) steps")
    }
  }

  /// Unreadable and hostile pictures and what is there already are named and counted; the rest goes in.
  @Test func whatCannotBeTakenInIsNamedAndPassedOver() throws {
    let scratch = try Scratch()
    try scratch.copy("models/pictures/wide.png", "a.png")
    try scratch.copy("models/pictures/wide.png", "b-again.png")
    try scratch.write("no picture", "c-text.png")
    let bytes = try Fixtures.bytes("models/pictures/square.png")
    try scratch.write(Array(bytes.prefix(bytes.count / 2)), "d-half.png")
    var huge = bytes
    huge.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    try scratch.write(huge, "e-huge.png")
    try scratch.write([], "f-empty.jpg")
    try scratch.copy("models/pictures/square.png", "g.png")
    let index = try emptyIndex()
    let builder = builder(.folder(scratch.path), into: index)
    try finish(builder)
    #expect(index.items.map(\.name) == ["a.png", "g.png"])
    #expect(
      index.skipped.map(\.name)
        == ["b-again.png", "c-text.png", "d-half.png", "e-huge.png", "f-empty.jpg"])
    #expect(
      index.skipped.map(\.reason)
        == [.duplicate, .unreadable, .unreadable, .unreadable, .unreadable])
    #expect(index.skipped.allSatisfy { !$0.message.isEmpty })
    let progress = builder.progress
    #expect(progress.done == 7 && progress.total == 7)
    #expect(progress.items == 2 && progress.skipped == 5)
    // Nothing is read again, and nothing counted twice.
    try finish(self.builder(.folder(scratch.path), into: index))
    #expect(index.items.count == 2 && index.skipped.count == 5)
  }

  /// A prompt longer than the model's positions, or too large for the memory, is skipped with the reason.
  @Test func aPromptThatCannotBeRunIsSkipped() throws {
    let scratch = try Scratch()
    let words = String(repeating: "word ", count: 20_000)
    try scratch.write(
      "{\"text\": \"\(words)\"}\n{\"text\": \"short\"}\n{\"text\": \"<image> by hand\"}\n{\"text\": \"refused\"}",
      "prompts.jsonl")
    let index = try emptyIndex()
    let builder = builder(.prompts(scratch.path + "/prompts.jsonl"), into: index)
    var admitted = 0
    while try builder.step(
      waiting: 5,
      admit: { bytes in
        #expect(bytes > 0)
        admitted += 1
        if admitted == 2 { throw IndexBuilder.TooLarge(message: "no room") }
      }) != .done
    {}
    #expect(index.items.map(\.name) == ["line 2"])
    #expect(index.skipped.map(\.reason) == [.unusable, .unusable, .unusable])
    #expect(index.skipped.last?.message == "no room")
  }

  /// A full disk stops a build; when there is room again it goes on where it was.
  @Test func whatCouldNotBeWrittenIsWrittenLater() throws {
    struct Full: Error {}
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let (whole, index) = (try emptyIndex(), try emptyIndex())
    try finish(builder(source, into: whole))
    var options = IndexBuilder.Options()
    options.commitEntries = 2
    var failures = 0
    let builder = builder(source, into: index, options) { commit in
      failures += 1
      if failures % 3 != 0 { throw Full() }
      index.write(commit)
    }
    var thrown = 0
    while true {
      do { if try builder.step(waiting: 5) == .done { break } } catch is Full { thrown += 1 }
    }
    #expect(thrown >= 6 && index.facts == whole.facts)
  }

  @Test func cancellationLeavesTheIndexAsItWas() throws {
    let scratch = try Scratch()
    let index = try emptyIndex()
    let builder = builder(try prompts(scratch), into: index)
    #expect(try builder.step(waiting: 5) == .entry)
    #expect(throws: CancellationError.self) {
      try builder.step(waiting: 5, cancellation: Cancellation { true })
    }
    try builder.commit()
    #expect(index.items.count == 1)
  }

  /// Shards hold every item once; counted together they are the whole.
  @Test func shardsTogetherAreTheWhole() throws {
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let whole = try emptyIndex()
    try finish(builder(source, into: whole))
    var total: [MemoryIndex.Key: LatentStatistics] = [:]
    var names: [String] = []
    for number in 0..<3 {
      let index = try emptyIndex()
      var options = IndexBuilder.Options()
      options.reader.shard = try CorpusShard(index: number, count: 3)
      try finish(builder(source, into: index, options))
      names += index.items.map(\.name)
      for (key, value) in index.statistics { total[key, default: .init()].add(value) }
    }
    #expect(names.sorted() == whole.items.map(\.name).sorted())
    #expect(total == whole.statistics)
  }

  /// Another folder's copy of the same files is the same model; a changed weight is another.
  @Test func identityFollowsContent() throws {
    let identity = try IndexIdentity(model: bench.model, feature: bench.feature)
    let copy = try FixtureCopy(of: "models/llama3")
    let model = try LlavaNextModel(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1))
    #expect(try IndexIdentity(model: model, feature: bench.feature) == identity)
    #expect(identity.model.count == 64 && identity.site == "resid_post.1")
    let other = try Bench("qwen2-last-block")
    let second = try IndexIdentity(model: other.model, feature: other.feature)
    #expect(second.model != identity.model && second.autoencoder != identity.autoencoder)
    #expect(second.geometry == nil && identity.geometry != nil)
  }
}
