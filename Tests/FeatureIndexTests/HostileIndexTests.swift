import FeatureIndex
import Foundation
import GRDB
import Testing

/// Index files that were made to run without end, or to take all memory.
@Suite struct HostileIndexTests {
  private let folder: IndexFolder
  private let path: String

  init() throws {
    folder = try IndexFolder()
    path = folder.file("index")
    try RandomCorpus(count: 8, seed: 3).build(at: path)
  }

  private func change(_ statements: String...) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { database in
      for statement in statements { try database.execute(sql: statement) }
    }
    try queue.close()
  }

  private func refusal(writing: Bool = false) -> FeatureIndexError? {
    do throws(FeatureIndexError) {
      _ = try FeatureIndexStore.open(at: path, writing: writing)
      return nil
    } catch { return error }
  }

  private static let endless =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT"

  @Test(arguments: [
    (
      ["DROP TABLE fact", "CREATE VIEW fact AS \(endless) x AS name, x AS value FROM n"],
      "view fact"
    ),
    (
      [
        "ALTER TABLE statistics RENAME TO other",
        "CREATE VIEW statistics AS \(endless) x AS latent, 0 AS view FROM n",
      ], "table other"
    ),
    (
      [
        "DROP TABLE grdb_migrations",
        "CREATE VIEW grdb_migrations AS \(endless) x AS identifier FROM n",
      ],
      "grdb_migrations"
    ),
    (["CREATE VIEW extra AS \(endless) x FROM n"], "view extra"),
    (
      [
        "CREATE TRIGGER slow AFTER INSERT ON explanation BEGIN INSERT INTO fact \(endless) x, x "
          + "FROM n; END"
      ], "trigger slow"
    ),
    (["CREATE TABLE more (x, y AS (hex(zeroblob(100000000))))"], "table more"),
    (["CREATE INDEX odd ON item (hex(zeroblob(number)))"], "index odd"),
  ])
  func whatNoIndexHoldsIsRefusedByName(statements: [String], name: String) throws {
    for statement in statements { try change(statement) }
    for writing in [false, true] {
      let error = try #require(refusal(writing: writing))
      guard case .invalid = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(error.description.contains(name), "\(error)")
    }
  }

  @Test func aRowBeyondTheLimitIsRefused() throws {
    try change(
      "UPDATE item SET text = CAST(zeroblob(\(300 << 20)) AS TEXT) WHERE number = 0")
    let store = try FeatureIndexStore.open(at: path)
    #expect(throws: FeatureIndexError.self) { try store.items(limit: 10) }
    do { _ = try store.items(limit: 10) } catch {
      #expect(error.description.contains("256 MiB"), "\(error)")
    }
  }

  @Test func aQuestionStopsWhenItIsTo() throws {
    try change(
      """
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000)
      INSERT INTO skipped (name, reason, message) SELECT hex(randomblob(4)), 'unusable', '' FROM n
      """)
    let store = try FeatureIndexStore.open(at: path)
    #expect(throws: FeatureIndexError.interrupted(path: path)) {
      try FeatureIndexStore.stopping(
        when: { true }, { try store.skipped(offset: 40_000, limit: 5) })
    }
    // The connection serves the next question as before.
    #expect(try store.skipped(offset: 40_000, limit: 5).count == 5)
    #expect(
      try FeatureIndexStore.stopping(when: { false }, { try store.skipped(limit: 5) }).count == 5)
  }
}
