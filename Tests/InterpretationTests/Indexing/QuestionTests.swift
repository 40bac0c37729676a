import Corpora
import FeatureIndex
import Foundation
import Images
import Indexing
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Pictures that questions are asked about, on their way into an index.
@Suite struct QuestionTests {
  private let bench: Bench
  private let reference: QuestionReference

  init() throws {
    bench = try Bench("llama3")
    reference = try QuestionReference.load()
  }

  private func options(
    _ questions: [PictureQuestion], answerTokens: Int, views: [IndexView] = IndexView.numbered
  ) -> IndexOptions {
    // Every item is an exemplar of every latent that is active in it.
    IndexOptions(
      exemplars: 50, sampledTokens: 40, spanTokens: 100, template: "model", views: views,
      questions: .init(texts: questions.map(\.text), answerTokens: answerTokens))
  }

  private func index(
    in scratch: Scratch, _ name: String = "index", _ options: IndexOptions
  ) throws -> FeatureIndexStore {
    try FeatureIndexStore.openOrCreate(
      at: "\(scratch.path)/\(name).db",
      identity: try IndexIdentity(model: bench.model, autoencoder: bench.autoencoder),
      options: options)
  }

  private func builder(
    _ scratch: Scratch, into index: FeatureIndexStore, asking questions: [PictureQuestion],
    answerTokens: Int, _ options: IndexBuilder.Options = .init()
  ) throws -> IndexBuilder {
    let paths = reference.pictures.map { Fixtures.path($0.image) }
    try scratch.write(paths.joined(separator: "\n"), "pictures.txt")
    return IndexBuilder(
      resuming: try index.state(), corpus: .list(scratch.path + "/pictures.txt"),
      coder: ItemCoder(
        model: bench.model, autoencoder: bench.autoencoder, views: Set(index.options.views),
        usesTemplate: true,
        questions: ItemCoder.Questions(questions, answerTokens: answerTokens)),
      options: options, write: { try index.commit($0) })
  }

  private func built(
    in scratch: Scratch, _ name: String = "index", asking questions: [PictureQuestion],
    answerTokens: Int
  ) throws -> FeatureIndexStore {
    let index = try index(in: scratch, name, options(questions, answerTokens: answerTokens))
    let builder = try builder(
      scratch, into: index, asking: questions, answerTokens: answerTokens)
    while try builder.step(waiting: 5) != .done {}
    return index
  }

  /// The activations that an index has kept of an item, [position, latent].
  private func activations(
    of number: Int, in view: IndexView, _ index: FeatureIndexStore
  ) throws -> [Place: Float] {
    var found: [Place: Float] = [:]
    for latent in 0..<index.identity.latentCount {
      guard let map = try index.map(ofLatent: latent, view: view, item: number) else { continue }
      for (position, value) in zip(map.positions, map.values) {
        found[Place(position: Int(position), latent: latent)] = value
      }
    }
    return found
  }

  private func places(in dense: Matrix) -> [Place: Float] {
    var found: [Place: Float] = [:]
    for row in 0..<dense.rows {
      for column in 0..<dense.columns where dense[row, column] > 0 {
        found[Place(position: row, latent: column)] = dense[row, column]
      }
    }
    return found
  }

  /// Answers, tokens, digests and codes of every question, and the codes of the picture's views,
  /// are those that transformers and PyTorch find running each prompt whole.
  @Test func everyQuestionHasTheReferencesAnswerAndCode() throws {
    let scratch = try Scratch()
    let codes = try TensorFixture("questions/codes.safetensors")
    let index = try built(
      in: scratch, asking: reference.questions, answerTokens: reference.answerTokens)
    #expect(try index.integrityFailures() == [])
    let items = try index.items(limit: 100)
    let perPicture = 1 + reference.prompts.count
    #expect(items.count == reference.pictures.count * perPicture)
    for (number, picture) in reference.pictures.enumerated() {
      let (itself, asked) = (
        items[number * perPicture], items[(number * perPicture + 1)...].prefix(perPicture - 1)
      )
      #expect(itself.item.name == Fixtures.path(picture.image))
      #expect(hexadecimal(itself.item.digest) == picture.digest && itself.item.text == nil)
      #expect(itself.item.tokens.isEmpty && itself.item.layout.views.count == 2)
      for view in [IndexView.base, .tiles] {
        expectClose(
          try places(in: codes.matrix("\(number).0.\(view.name)")),
          try activations(of: itself.number, in: view, index), "\(picture.image) \(view.name)")
      }
      for (place, (found, expected)) in zip(asked, picture.items).enumerated() {
        let prompt = reference.prompts[place]
        let item = found.item
        #expect(item.text == prompt.text + "\n" + expected.answer)
        #expect(item.tokens == expected.tokens)
        #expect(hexadecimal(item.digest) == expected.digest)
        #expect(item.picture == itself.item.picture && item.layout.views.isEmpty)
        #expect(item.width == itself.item.width && item.height == itself.item.height)
        #expect(item.name.hasPrefix(itself.item.name + ": "))
        expectClose(
          try places(in: codes.matrix("\(number).\(place).text")),
          try activations(of: found.number, in: .text, index), "\(picture.image) \(place)")
      }
    }
    let facts = try index.facts()
    let behind = reference.pictures.flatMap { $0.items.map(\.tokens.count) }.reduce(0, +)
    #expect(facts.positions[.text] == behind)
  }

  /// Without answers the tokens behind the picture are the prompt's alone, with the same codes.
  @Test func questionsWithoutAnswersEndWithTheirPrompts() throws {
    let scratch = try Scratch()
    let codes = try TensorFixture("questions/codes.safetensors")
    let index = try built(in: scratch, asking: reference.questions, answerTokens: 0)
    let items = try index.items(limit: 100)
    for (number, picture) in reference.pictures.enumerated() {
      for (place, expected) in picture.items.enumerated() {
        let found = items[number * (1 + reference.prompts.count) + 1 + place]
        let count = expected.tokens.count - expected.answerTokens
        #expect(found.item.tokens.count == count)
        #expect(found.item.tokens.dropLast() == expected.tokens.prefix(count).dropLast())
        #expect(found.item.text == reference.prompts[place].text)
        let dense = try codes.matrix("\(number).\(place).text").slice(rows: 0..<count)
        expectClose(
          places(in: dense), try activations(of: found.number, in: .text, index),
          "\(picture.image) \(place)")
      }
    }
  }

  /// What questions share changes nothing: one alone is what it is beside the others.
  @Test func aQuestionAloneIsTheSame() throws {
    let scratch = try Scratch()
    let together = try built(
      in: scratch, "together", asking: reference.questions, answerTokens: reference.answerTokens)
    let beside = try together.items(limit: 100)
    for (place, question) in reference.questions.enumerated() {
      let alone = try built(
        in: scratch, "\(place)", asking: [question], answerTokens: reference.answerTokens)
      for found in try alone.items(limit: 100) where found.item.text != nil {
        let same = try #require(beside.first { $0.item.digest == found.item.digest })
        #expect(same.item == found.item)
        #expect(
          try activations(of: same.number, in: .text, together)
            == activations(of: found.number, in: .text, alone))
      }
    }
  }

  /// Wherever a build is lost, within an entry too, going on gives the index of an unbroken one.
  @Test func aBuildLostAmongQuestionsGoesOnToTheSameIndex() throws {
    let scratch = try Scratch()
    let questions = Array(reference.questions.prefix(2))
    let whole = try built(in: scratch, "whole", asking: questions, answerTokens: 3)
    for (steps, commitEntries) in [(1, 1), (4, 1), (9, 1), (13, 2), (17, 1)] {
      let name = "\(steps)-\(commitEntries)"
      var pace = IndexBuilder.Options()
      pace.commitEntries = commitEntries
      for _ in 0..<3 {
        let lost = try builder(
          scratch, into: index(in: scratch, name, options(questions, answerTokens: 3)),
          asking: questions, answerTokens: 3, pace)
        for _ in 0..<steps where try lost.step(waiting: 5) == .done { break }
      }
      let index = try index(in: scratch, name, options(questions, answerTokens: 3))
      let rest = try builder(scratch, into: index, asking: questions, answerTokens: 3, pace)
      while try rest.step(waiting: 5) != .done {}
      #expect(try index.contentDigest() == whole.contentDigest(), "lost after \(steps) steps")
      #expect(try index.integrityFailures() == [])
    }
  }

  @Test func shardsTogetherAreTheWhole() throws {
    let scratch = try Scratch()
    let questions = Array(reference.questions.prefix(2))
    let whole = try built(in: scratch, "whole", asking: questions, answerTokens: 2)
    for number in 0..<2 {
      var parts = IndexBuilder.Options()
      parts.reader.shard = try CorpusShard(index: number, count: 2)
      let index = try index(in: scratch, "\(number)", options(questions, answerTokens: 2))
      let shard = try builder(scratch, into: index, asking: questions, answerTokens: 2, parts)
      while try shard.step(waiting: 5) != .done {}
    }
    let merged = scratch.path + "/merged.db"
    _ = try FeatureIndexStore.merge((0..<2).map { "\(scratch.path)/\($0).db" }, into: merged)
    #expect(try FeatureIndexStore.open(at: merged).contentDigest() == whole.contentDigest())
  }

  /// An index that was begun with other questions is left alone; one without any has no word of
  /// them, as ever.
  @Test func questionsAreAmongTheOptionsOfAnIndex() throws {
    let scratch = try Scratch()
    _ = try built(in: scratch, asking: [PictureQuestion("Is it red?")], answerTokens: 1)
    #expect {
      try index(in: scratch, "index", options([PictureQuestion("Is it blue?")], answerTokens: 1))
    } throws: { error in
      "\(error)".contains(
        "questions was \"Is it red?\", answered in at most 1 tokens and is now \"Is it blue?\"")
    }
    let plain = try JSONEncoder().encode(IndexOptions())
    #expect(!String(decoding: plain, as: UTF8.self).contains("questions"))
  }

  /// A prompt that would take too much is told, and nothing of its picture is taken in; a
  /// cancelled one is for a later build.
  @Test func whatCannotBeAskedIsPassedOverWhole() throws {
    let scratch = try Scratch()
    let questions = Array(reference.questions.prefix(2))
    let index = try index(in: scratch, "index", options(questions, answerTokens: 2))
    let builder = try builder(scratch, into: index, asking: questions, answerTokens: 2)
    var prompts = 0
    func step(_ cancellation: Cancellation = .never) throws -> IndexBuilder.Step {
      try builder.step(
        waiting: 5,
        admit: { _ in
          prompts += 1
          if prompts == 2 { throw IndexBuilder.TooLarge(message: "too large") }
        }, cancellation: cancellation)
    }
    while try step() != .entry {}
    #expect(try step() == .part)
    #expect(throws: CancellationError.self) { try step(Cancellation { true }) }
    try builder.commit()
    #expect(try index.items(limit: 10).isEmpty)
    let skipped = try index.skipped(limit: 10)
    #expect(skipped.map(\.reason) == [.unusable] && skipped.map(\.message) == ["too large"])
    let rest = try self.builder(scratch, into: index, asking: questions, answerTokens: 2)
    while try rest.step(waiting: 5) != .done {}
    #expect(try index.items(limit: 100).count == 2 * (1 + questions.count))
  }
}
