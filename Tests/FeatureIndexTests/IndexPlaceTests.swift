import FeatureIndex
import Foundation
import Glibc
import Testing

/// What may lie under the name of an index: pipes, folders, devices, links, and nothing any more.
@Suite struct IndexPlaceTests {
  private let folder: IndexFolder
  private let path: String
  private let corpus = RandomCorpus(count: 8, seed: 3)

  init() throws {
    folder = try IndexFolder()
    path = folder.file("index")
    try corpus.build(at: path)
  }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  private func refusal(
    _ body: () throws -> Void
  ) throws -> (path: String, reason: String) {
    do { try body() } catch FeatureIndexError.inputOutput(let path, let reason) {
      return (path, reason)
    }
    throw FeatureIndexError.value(what: "it", found: "taken", expected: "a refusal")
  }

  private func makePipe(_ path: String) {
    unsafe unlink(path)
    #expect(unsafe mkfifo(path, 0o600) == 0)
  }

  private func build(_ path: String) throws -> FeatureIndexStore {
    try FeatureIndexStore.openOrCreate(
      at: path, identity: RandomCorpus.identity, options: RandomCorpus.options)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["", "-journal", "-wal", "-shm"])
  func aPipeIsNotWaitedFor(suffix: String) throws {
    let store = try FeatureIndexStore.open(at: path)
    makePipe(path + suffix)
    let tries: [() throws -> Void] = [
      { _ = try FeatureIndexStore.open(at: path) },
      { _ = try FeatureIndexStore.open(at: path, writing: true) },
      { _ = try build(path) },
      { _ = try FeatureIndexStore.merge([path], into: folder.file("merged")) },
      { _ = try store.facts() },
    ]
    for body in tries {
      let refused = try refusal(body)
      #expect(refused.path == path + suffix)
      #expect(refused.reason.contains("a named pipe, expected"), "\(refused.reason)")
    }
    let left = try names
    #expect(!left.contains { $0.contains(".") || $0 == "merged" }, "\(left)")
  }

  @Test func foldersAndDevicesAreNamed() throws {
    for (path, kind) in [(folder.path, "a folder"), ("/dev/null", "a device")] {
      for writing in [false, true] {
        let refused = try refusal { _ = try FeatureIndexStore.open(at: path, writing: writing) }
        #expect(refused.path == path && refused.reason.contains("\(kind), expected an index file"))
      }
    }
  }

  /// What a build that was cut off left behind goes away; a folder of that name stays.
  @Test func whatIsInTheWayOfANewIndex() throws {
    let other = folder.file("other")
    makePipe(other + ".new")
    try corpus.build(at: other)
    #expect(try FeatureIndexStore.open(at: other).facts().items > 0)
    let (third, kept) = (folder.file("third"), folder.file("third.new/kept"))
    try FileManager.default.createDirectory(
      atPath: third + ".new", withIntermediateDirectories: false)
    try Data("kept".utf8).write(to: URL(filePath: kept))
    let refused = try refusal { _ = try build(third) }
    #expect(refused.path == third + ".new" && refused.reason.contains("a folder"))
    #expect(try String(contentsOfFile: kept, encoding: .utf8) == "kept")
  }

  @Test func aSecondNameLetsNoSecondWriterIn() throws {
    let (soft, hard) = (folder.file("soft"), folder.file("hard"))
    try FileManager.default.createSymbolicLink(atPath: soft, withDestinationPath: path)
    var writer: FeatureIndexStore? = try FeatureIndexStore.open(at: soft, writing: true)
    #expect(writer?.path == path)
    #expect(throws: FeatureIndexError.busy(path: path, holder: Int(getpid()))) {
      try FeatureIndexStore.open(at: path, writing: true)
    }
    writer = nil
    #expect(writer == nil)
    writer = try FeatureIndexStore.open(at: path, writing: true)
    #expect(throws: FeatureIndexError.busy(path: path, holder: Int(getpid()))) { try build(soft) }
    writer = nil
    let left = try names
    #expect(!left.contains { $0.hasPrefix("soft") && $0 != "soft" }, "\(left)")

    try FileManager.default.linkItem(atPath: path, toPath: hard)
    for name in [path, hard, soft] {
      let refused = try refusal { _ = try build(name) }
      #expect(refused.reason.contains("has 2 (hard links)"), "\(refused.reason)")
    }
    #expect(try FeatureIndexStore.open(at: hard).facts().items > 0)
    try FileManager.default.removeItem(atPath: hard)
    #expect(try build(path).isWriter)
  }

  @Test func aLinkThatLeadsNowhereIsRefusedAndNothingIsLeft() throws {
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.file("nothing"))
    let before = try names
    let refused = try refusal { _ = try build(link) }
    #expect(refused.path == link && refused.reason.contains("leads nowhere"))
    #expect(throws: FeatureIndexError.missing(path: link)) { try FeatureIndexStore.open(at: link) }
    #expect(try names == before)
  }

  /// SQLite itself goes on writing to a file that has no name any more.
  @Test(arguments: [false, true])
  func whatIsTakenAwayUnderItsWriterFails(isReplaced: Bool) throws {
    let copy = folder.file("copy")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let store = try FeatureIndexStore.open(at: path, writing: true)
    let accumulator = IndexAccumulator(resuming: try store.state())
    var (first, second) = (accumulator, accumulator)
    try store.commit(first.takeCommit())
    try store.checkIsThere()
    unsafe unlink(path)
    if isReplaced { try FileManager.default.moveItem(atPath: copy, toPath: path) }
    for body in [{ try store.commit(second.takeCommit()) }, { try store.checkIsThere() }] {
      let refused = try refusal(body)
      #expect(refused.path == path && refused.reason.contains("removed or replaced"))
    }
  }

  /// The superuser may write wherever the disk lets him.
  @Test(.enabled(if: getuid() != 0), arguments: ["", "/index"])
  func whatMayNotBeWrittenIsNamed(suffix: String) throws {
    let place = folder.path + suffix
    #expect(unsafe chmod(place, 0o555) == 0)
    defer { unsafe chmod(folder.path, 0o755) }
    let refused = try refusal { _ = try FeatureIndexStore.open(at: path, writing: true) }
    #expect(
      refused.reason == "\(place) cannot be written: Permission denied", "\(refused.reason)")
    #expect(try FeatureIndexStore.open(at: path).facts().items > 0)
  }
}
