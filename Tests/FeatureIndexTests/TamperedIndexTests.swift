import FeatureIndex
import Foundation
import GRDB
import Testing

/// Index files with numbers that no index writes: whatever is asked of them is answered or refused.
@Suite struct TamperedIndexTests {
  let folder: IndexFolder
  let path: String

  init() throws {
    folder = try IndexFolder()
    path = folder.file("sound")
    try RandomCorpus(count: 20, seed: 8).build(at: path)
    let store = try FeatureIndexStore.open(at: path, writing: true)
    var told = ExplanationRecord(
      latent: 3, state: .explained, text: "fishes",
      author: ExplanationAuthor(kind: .human, name: "somebody"), method: "manual", created: 12)
    told.scores = [ScoreRecord(kind: "iou", value: 0.4, count: 5, created: 13)]
    try store.put([told])
    try store.put(derived: [
      DerivedFacts(
        latent: 3, promoted: [IndexedToken(token: 1, text: "a", effect: 2)],
        suppressed: [IndexedToken(token: 2, text: "b", effect: -2)],
        neighbours: [(latent: 4, cosine: 0.5)])
    ])
    try store.checkpoint()
  }

  /// A copy in which a statement was run without the checks between tables.
  private func tampered(_ sql: String, _ arguments: StatementArguments) throws -> String {
    let copy = folder.file("copy-\(UUID())")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let queue = try DatabaseQueue(path: copy)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      try database.execute(sql: sql, arguments: arguments)
    }
    try queue.close()
    return copy
  }

  static let numbers: [String: [String]] = [
    "item": [
      "number", "width", "height", "layout", "tokenCount", "pictureOffset", "pictureLength",
    ],
    "layout": ["id"],
    "statistics": ["latent", "view", "positions", "items", "sum", "max"],
    "exemplars": ["latent", "view", "ranking"],
    "map": ["latent", "view", "item", "span", "max", "mass"],
    "explanation": ["latent", "revision", "created"],
    "score": ["explanation", "value", "baseline", "count", "created"],
    "tokenEffect": ["latent", "promoted", "place", "token", "effect"],
    "neighbour": ["latent", "place", "other", "cosine"],
    "sample": ["hash"],
  ]

  @Test(arguments: numbers.keys.sorted())
  func noNumberInAnyColumnEndsTheProcess(of table: String) throws {
    let values: [any DatabaseValueConvertible] = [
      Int64(-1), Int64(-5_000_000_000), Int64.min, Int64.max, Int64(1) << 40, 65_536, 1e300,
      -Double.infinity, "words", Data([1, 2, 3]),
    ]
    let columns = try #require(Self.numbers[table])
    var read = 0
    for column in columns {
      for value in values {
        // What SQLite itself refuses to write, such as words for a row's number, no file holds.
        guard let copy = try? tampered("UPDATE OR REPLACE \(table) SET \(column) = ?", [value])
        else { continue }
        // Read whole, or refused in the index's own words.
        do { try readEverything(of: copy) } catch {
          #expect(error is FeatureIndexError, "\(table).\(column) = \(value): \(error)")
        }
        read += 1
        for suffix in ["", ".merged"] {
          try? FileManager.default.removeItem(atPath: copy + suffix)
        }
      }
    }
    #expect(read >= 5 * columns.count)
  }

  @Test(arguments: [
    ("UPDATE item SET tokenCount = 4611686018427387904", "tokenCount"),
    ("UPDATE item SET tokenCount = -3", "tokenCount"),
    ("UPDATE item SET layout = 70000", "layout"),
    (
      #"UPDATE layout SET views = '{"views":[{"name":"base","rows":60000,"columns":60000}]}'"#,
      "grid"
    ),
    ("UPDATE item SET width = 9223372036854775807", "width"),
    ("UPDATE item SET digest = x'0102' WHERE number = 3", "digest"),
    ("UPDATE item SET tokens = '{}'", "token"),
    ("UPDATE statistics SET positions = 9223372036854775807", "positions"),
    ("UPDATE statistics SET max = 9e999", "max"),
    ("UPDATE map SET activations = x'ffff0000803f'", "positions"),
    ("UPDATE map SET activations = x'05000000803f01000000803f'", "map"),
    ("UPDATE map SET activations = x'00000000807f'", "map"),
    ("UPDATE exemplars SET list = x'0000803fffffffff00000000'", "item"),
    ("UPDATE exemplars SET list = x'0000803f00000000ffffffff'", "item"),
    ("UPDATE neighbour SET other = 40", "other"),
    ("UPDATE explanation SET latent = -1", "latent"),
    ("UPDATE fact SET value = replace(value, '\"exemplars\":3', '\"exemplars\":-3')", "exemplars"),
    ("UPDATE fact SET value = replace(value, '\"latents\":40', '\"latents\":-40')", "latents"),
    ("UPDATE fact SET value = replace(value, '\"spanTokens\":5', '\"spanTokens\":0')", "span"),
  ])
  func damageIsNamed(sql: String, word: String) throws {
    let copy = try tampered(sql, [])
    do {
      try readEverything(of: copy)
      Issue.record("\(sql) was not noticed")
    } catch {
      #expect("\(error)".contains(word), "\(error)")
      #expect("\(error)".contains("not a valid index"), "\(error)")
    }
  }

  /// The table's own index forbids two items of one digest; a file can lack it.
  @Test func repeatedDigestsAreRefused() throws {
    let copy = folder.file("twice")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let queue = try DatabaseQueue(path: copy)
    try queue.writeWithoutTransaction { database in
      try database.execute(
        sql: """
          PRAGMA foreign_keys = OFF; CREATE TABLE other AS SELECT * FROM item; DROP TABLE item; \
          ALTER TABLE other RENAME TO item;
          UPDATE item SET digest = (SELECT digest FROM item WHERE number = 0) WHERE number = 1
          """)
    }
    try queue.close()
    #expect(throws: FeatureIndexError.self) { try FeatureIndexStore.open(at: copy).state() }
    #expect(throws: FeatureIndexError.self) {
      try FeatureIndexStore.merge([copy], into: folder.file("merged"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("merged")))
  }

  @Test func aLockNamesItsHolder() throws {
    let first = try FeatureIndexStore.open(at: path, writing: true)
    #expect(throws: FeatureIndexError.busy(path: path, holder: Int(getpid()))) {
      try FeatureIndexStore.open(at: path, writing: true)
    }
    #expect("\(FeatureIndexError.busy(path: path, holder: 12))".contains("process 12"))
    try Data("not a number\n".utf8).write(to: URL(filePath: path + ".lock"), options: [])
    #expect(throws: FeatureIndexError.busy(path: path)) {
      try FeatureIndexStore.open(at: path, writing: true)
    }
    _ = first
  }

  @Test func aWriterLeavesNothingBesideItsIndex() throws {
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
    let before = try names()
    var writer: FeatureIndexStore? = try FeatureIndexStore.open(at: path, writing: true)
    #expect(try names().contains { $0.hasSuffix(".lock") })
    writer = nil
    #expect(writer == nil)
    #expect(try names() == before)

    // Nor follows a link that lies where the lock would be.
    let victim = folder.file("victim")
    try Data("untouched".utf8).write(to: URL(filePath: victim))
    try FileManager.default.createSymbolicLink(
      atPath: path + ".lock", withDestinationPath: victim)
    #expect {
      try FeatureIndexStore.open(at: path, writing: true)
    } throws: { error in
      if case FeatureIndexError.inputOutput(path + ".lock", _) = error { true } else { false }
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "untouched")
  }
}
