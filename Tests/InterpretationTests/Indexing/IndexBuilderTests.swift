import Corpora
import FeatureIndex
import Foundation
import Images
import Indexing
import Interpretation
import Models
import Synchronization
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

  /// Opens the index of a folder, or makes it.
  private func index(in scratch: Scratch, _ name: String = "index") throws -> FeatureIndexStore {
    try FeatureIndexStore.openOrCreate(
      at: "\(scratch.path)/\(name).db",
      identity: try IndexIdentity(model: bench.model, autoencoder: bench.autoencoder),
      options: IndexOptions(
        exemplars: reference.exemplars, sampledTokens: 40, spanTokens: reference.spanTokens))
  }

  private func builder(
    _ corpus: CorpusSource, into index: FeatureIndexStore,
    _ options: IndexBuilder.Options = .init(),
    write: (@Sendable (IndexCommit) throws -> Void)? = nil
  ) throws -> IndexBuilder {
    IndexBuilder(
      resuming: try index.state(), corpus: corpus,
      coder: ItemCoder(
        model: bench.model, autoencoder: bench.autoencoder, views: Set(IndexView.numbered),
        usesTemplate: false),
      options: options, write: write ?? { try index.commit($0) })
  }

  private func items(_ index: FeatureIndexStore) throws -> [IndexItem] {
    try index.items(limit: 100).map(\.item)
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
    let index = try index(in: scratch)
    try finish(builder(try prompts(scratch), into: index))
    let items = try items(index)
    #expect(items.map(\.name) == reference.items.map(\.name))
    #expect(items.allSatisfy { $0.source == "fixture" })
    for view in IndexView.numbered {
      for (latent, expected) in try #require(reference.statistics[view.name]).enumerated() {
        let found = try index.statistics(ofLatent: latent)[view] ?? LatentStatistics()
        let what: Comment = "\(latent) \(view)"
        #expect(found.positions == expected.positions && found.items == expected.items, what)
        #expect(abs(found.mass - expected.sum) <= 1e-4 * max(1, expected.sum), what)
        #expect(abs(found.max - expected.max) <= 1e-4 * max(1, expected.max), what)
        #expect(found.histogram.reduce(0) { $0 + Int($1) } == expected.positions, what)
        for ranking in IndexRanking.allCases {
          let list = try #require(reference.rankings[view.name]?[ranking.word])[latent]
          compare(
            try index.exemplars(ofLatent: latent, view: view, ranking: ranking, limit: 100),
            with: list, "\(latent) \(view) by \(ranking)")
        }
      }
    }
    #expect(try index.facts().sampledTokens == 40)
    #expect(try index.integrityFailures() == [])
  }

  private func compare(
    _ found: [ShownExemplar], with expected: [IndexReference.Exemplar], _ what: String
  ) {
    #expect(found.map(\.item.name) == expected.map(\.item), "\(what)")
    #expect(found.map(\.exemplar.span) == expected.map(\.span), "\(what)")
    expectClose(found.map(\.exemplar.score), expected.map(\.score), what)
    for (place, want) in zip(found, expected) {
      #expect(place.map.positions == want.positions, "\(what)")
      expectClose(place.map.values, want.values, what)
    }
  }

  /// Wherever a build is lost, going on gives the index of an unbroken one.
  @Test func aBuildLostAnywhereGoesOnToTheSameIndex() throws {
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let whole = try index(in: scratch, "whole")
    try finish(builder(source, into: whole))
    for (steps, commitEntries) in [(1, 1), (2, 2), (3, 2), (5, 2), (7, 3), (4, 100)] {
      let name = "\(steps)-\(commitEntries)"
      var options = IndexBuilder.Options()
      options.commitEntries = commitEntries
      for _ in 0..<3 {
        let lost = try builder(source, into: index(in: scratch, name), options)
        for _ in 0..<steps where try lost.step(waiting: 5) == .done { break }
      }
      let index = try index(in: scratch, name)
      try finish(builder(source, into: index, options))
      #expect(try index.contentDigest() == whole.contentDigest(), "lost after \(steps) steps")
      #expect(try index.integrityFailures() == [])
    }
  }

  /// Unreadable and hostile pictures and what is there already are named and
  /// counted; the rest goes in.
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
    let index = try index(in: scratch)
    let builder = try builder(.folder(scratch.path), into: index)
    try finish(builder)
    #expect(try items(index).map(\.name) == ["a.png", "g.png"])
    let skipped = try index.skipped(limit: 100)
    #expect(
      skipped.map(\.name)
        == ["b-again.png", "c-text.png", "d-half.png", "e-huge.png", "f-empty.jpg"])
    #expect(
      skipped.map(\.reason)
        == [.duplicate, .unreadable, .unreadable, .unreadable, .unreadable])
    #expect(skipped.allSatisfy { !$0.message.isEmpty })
    let progress = builder.progress
    #expect(progress.done == 7 && progress.total == 7)
    #expect(progress.items == 2 && progress.skipped == 5)
    // Nothing is read again, and nothing counted twice.
    try finish(self.builder(.folder(scratch.path), into: index))
    #expect(try items(index).count == 2 && index.skipped(limit: 100).count == 5)
  }

  /// A prompt longer than the model's positions, or too large for the memory, is
  /// skipped with the reason.
  @Test func aPromptThatCannotBeRunIsSkipped() throws {
    let scratch = try Scratch()
    let words = String(repeating: "word ", count: 20_000)
    try scratch.write(
      "{\"text\": \"\(words)\"}\n{\"text\": \"short\"}\n{\"text\": \"<image> by "
        + "hand\"}\n{\"text\": \"refused\"}",
      "prompts.jsonl")
    let index = try index(in: scratch)
    let builder = try builder(.prompts(scratch.path + "/prompts.jsonl"), into: index)
    var admitted = 0
    while try builder.step(
      waiting: 5,
      admit: { bytes in
        #expect(bytes > 0)
        admitted += 1
        if admitted == 2 { throw IndexBuilder.TooLarge(message: "no room") }
      }) != .done
    {}
    #expect(try items(index).map(\.name) == ["line 2"])
    let skipped = try index.skipped(limit: 100)
    #expect(skipped.map(\.reason) == [.unusable, .unusable, .unusable])
    #expect(skipped.last?.message == "no room")
  }

  /// A full disk stops a build; when there is room again it goes on where it was.
  @Test func whatCouldNotBeWrittenIsWrittenLater() throws {
    struct Full: Error {}
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let (whole, index) = (try index(in: scratch, "whole"), try index(in: scratch))
    try finish(builder(source, into: whole))
    var options = IndexBuilder.Options()
    options.commitEntries = 2
    let tries = Mutex(0)
    let builder = try builder(source, into: index, options) { commit in
      let count = tries.withLock { tries in
        tries += 1
        return tries
      }
      if count % 3 != 0 { throw Full() }
      try index.commit(commit)
    }
    var thrown = 0
    while true {
      do { if try builder.step(waiting: 5) == .done { break } } catch is Full { thrown += 1 }
    }
    #expect(thrown >= 6)
    #expect(try index.contentDigest() == whole.contentDigest())
  }

  @Test func cancellationLeavesTheIndexAsItWas() throws {
    let scratch = try Scratch()
    let index = try index(in: scratch)
    let builder = try builder(try prompts(scratch), into: index)
    #expect(try builder.step(waiting: 5) == .entry)
    #expect(throws: CancellationError.self) {
      try builder.step(waiting: 5, cancellation: Cancellation { true })
    }
    try builder.commit()
    #expect(try items(index).count == 1)
  }

  /// Shards merged are what one build makes.
  @Test func shardsTogetherAreTheWhole() throws {
    let scratch = try Scratch()
    let source = try prompts(scratch)
    let whole = try index(in: scratch, "whole")
    try finish(builder(source, into: whole))
    for number in 0..<3 {
      var options = IndexBuilder.Options()
      options.reader.shard = try CorpusShard(index: number, count: 3)
      try finish(builder(source, into: index(in: scratch, "\(number)"), options))
    }
    let merged = scratch.path + "/merged.db"
    _ = try FeatureIndexStore.merge((0..<3).map { "\(scratch.path)/\($0).db" }, into: merged)
    #expect(try FeatureIndexStore.open(at: merged).contentDigest() == whole.contentDigest())
  }

  /// Another folder's copy of the same files is the same model; a changed weight is another.
  @Test func identityFollowsContent() throws {
    let identity = try IndexIdentity(model: bench.model, autoencoder: bench.autoencoder)
    let copy = try FixtureCopy(of: "models/llama3")
    let model = try Model(
      folder: copy.path, precision: .float32, team: ThreadTeam(threadCount: 1), resizing: .pillow)
    #expect(try IndexIdentity(model: model, autoencoder: bench.autoencoder) == identity)
    #expect(identity.model.count == 64 && identity.site == "resid_post.1")
    let other = try Bench("qwen2-last-block")
    let second = try IndexIdentity(model: other.model, autoencoder: other.autoencoder)
    #expect(second.model != identity.model && second.autoencoder != identity.autoencoder)
    #expect(second.geometry == nil && identity.geometry != nil)
  }
}
