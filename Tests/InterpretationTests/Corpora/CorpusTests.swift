import Corpora
import FeatureIndex
import Foundation
import Interpretation
import Tensors
import TestSupport
import Testing

@Suite struct CorpusTests {
  @Test func aFolderGivesItsPicturesByTheBytesOfTheirPaths() throws {
    let scratch = try Scratch()
    try scratch.copy("images/rgb.png", "b/two.png")
    try scratch.copy("images/grey.jpg", "b.JPG")
    try scratch.copy("images/grey.jpg", "Z/without-suffix")
    try scratch.copy("images/rgb.png", ".hidden/three.png")
    try scratch.copy("images/rgb.png", "b/.hidden.png")
    try scratch.write("no picture", "b/broken.jpeg")
    try scratch.write("a text", "b/notes.txt")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/b/loop", withDestinationPath: scratch.path)
    var corpus = try CorpusSource.folder(scratch.path + "/").open()
    #expect(corpus.count == 4)
    let entries = try corpus.all()
    #expect(entries.map(\.name) == ["Z/without-suffix", "b.JPG", "b/broken.jpeg", "b/two.png"])
    #expect(entries.last?.picture == .file(scratch.path + "/b/two.png"))
    #expect(throws: CorpusError.self) { try CorpusSource.folder("/no/such").open() }
    #expect(throws: CorpusError.self) {
      try CorpusSource.folder(scratch.path + "/b.JPG").open()
    }
  }

  @Test func aListGivesThePathsOfItsLinesFromItsOwnFolder() throws {
    let scratch = try Scratch()
    try scratch.write("a.png\r\n\n  \nsub/../b.png\n/abs/c.png\n", "lists/pictures.txt")
    var corpus = try CorpusSource.list(scratch.path + "/lists/pictures.txt").open()
    #expect(corpus.count == 3)
    let entries = try corpus.all()
    #expect(entries.map(\.name) == ["a.png", "sub/../b.png", "/abs/c.png"])
    #expect(
      entries.map(\.picture) == [
        .file(scratch.path + "/lists/a.png"), .file(scratch.path + "/lists/b.png"),
        .file("/abs/c.png"),
      ])
  }

  @Test func promptsComeFromLinesAndBadOnesSayWhy() throws {
    let scratch = try Scratch()
    try scratch.write(
      """
      {"image": "a.png"}
      {"text": "alone", "id": 12, "source": "web", "extra": [1]}
      {"image": "a.png", "text": "what?", "answer": "that", "id": "x"}

      {"id": "none"}
      {"text": 3}
      not json
      """, "prompts.jsonl")
    let entries = try CorpusSource.prompts(scratch.path + "/prompts.jsonl").entries()
    #expect(entries.map(\.name) == ["line 1", "12", "x", "line 5", "line 6", "line 7"])
    #expect(entries.map { $0.problem == nil } == [true, true, true, false, false, false])
    #expect(
      entries[2]
        == CorpusEntry(
          name: "x", picture: .file(scratch.path + "/a.png"), text: "what?", answer: "that"))
    #expect(entries[1].source == "web")
  }

  /// The reader numbers what comes again under one name, looks at no more than the limit, and
  /// leaves done names unread.
  @Test func theReaderTellsNamesApartAndPassesOverWhatIsDone() throws {
    let scratch = try Scratch()
    try scratch.copy("images/rgb.png", "a.png")
    try scratch.write("a.png\na.png\nmissing.png\na.png\n", "list.txt")
    var options = CorpusReader.Options()
    options.limit = 3
    let source = CorpusSource.list(scratch.path + "/list.txt")
    let reader = CorpusReader.start(source, options: options)
    let entries = try reader.all()
    #expect(entries.map(\.entry.name) == ["a.png", "a.png (2)", "missing.png"])
    #expect(entries.map(\.position) == [1, 2, 3] && reader.count == 3 && reader.visited == 3)
    #expect(entries[0].digest == entries[1].digest)
    if case .skipped(.unreadable, let message) = entries[2].content {
      #expect(message.contains("missing.png"))
    } else {
      Issue.record("a missing file is \(entries[2].content)")
    }
    let rest = try CorpusReader.start(source, options: options) { $0 == "a.png" }.all()
    #expect(rest.map(\.entry.name) == ["a.png (2)", "missing.png"])
  }

  @Test func shardsPartTheCorpusByContent() throws {
    let source = CorpusSource.folder(Fixtures.path("images"))
    let whole = try CorpusReader.start(source, options: .init()).all()
    var names: [String] = []
    for index in 0..<3 {
      var options = CorpusReader.Options()
      options.shard = try CorpusShard(index: index, count: 3)
      names += try CorpusReader.start(source, options: options).all().map(\.entry.name)
    }
    #expect(names.count == whole.count && Set(names) == Set(whole.map(\.entry.name)))
    #expect(throws: CorpusError.self) { try CorpusShard(index: 3, count: 3) }
  }

  /// A pipe whose writer never comes keeps nobody waiting.
  @Test func aSilentPipeIsLeftWhenAsked() throws {
    let scratch = try Scratch()
    let reader = CorpusReader.start(.archive(try scratch.pipe()), options: .init())
    guard case .nothingYet = try reader.next(waiting: 0.05) else {
      Issue.record("something came out of a silent pipe")
      return
    }
    reader.stop()
    let end = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < end {
      do {
        guard case .nothingYet = try reader.next(waiting: 0.05) else { break }
      } catch is CancellationError { return }
    }
    Issue.record("the reader did not end")
  }
}
