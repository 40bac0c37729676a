import Foundation
import GRDB
import TestSupport

/// Random damage to an index: statements by grammar over its tables and its
/// schema, and bytes of its pages.
struct IndexGrammar {
  static let columns: [String: [String]] = [
    "fact": ["name", "value"],
    "item": [
      "number", "digest", "name", "source", "width", "height", "layout", "text", "tokens",
      "tokenCount", "picturePath", "pictureOffset", "pictureLength",
    ],
    "layout": ["id", "views"],
    "picture": ["item", "bytes"],
    "skipped": ["id", "name", "reason", "message"],
    "statistics": ["latent", "view", "positions", "items", "sum", "max", "histogram"],
    "exemplars": ["latent", "view", "ranking", "list"],
    "map": ["latent", "view", "item", "span", "max", "mass", "activations"],
    "sample": ["hash", "latents"],
    "explanation": [
      "latent", "revision", "state", "text", "authorKind", "authorName", "method", "evidence",
      "record", "created",
    ],
    "score": ["explanation", "kind", "value", "baseline", "count", "details", "created"],
    "tokenEffect": ["latent", "promoted", "place", "token", "text", "effect"],
    "neighbour": ["latent", "place", "other", "cosine"],
    "label": ["text"], "label_data": ["block"], "label_config": ["v"], "label_idx": ["pgno"],
  ]
  private static let tables = columns.keys.sorted()

  var random: TestSupport.SplitMix

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func value(_ column: String) -> String {
    pick([
      "NULL", "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999",
      "0.5", "''", "'x'", "x''", "x'00'", "x'ffffffffffffffff'", "zeroblob(65536)",
      "randomblob(40)", "'{}'", "'[]'", "'[\"a\"]'", "'{\"a\":' || quote(\(column)) || '}'",
      "\(column) || \(column)",
      "\(column) + 1", "-\(column)", "substr(\(column), 2)", "substr(\(column), 1, 5)",
      "replace(\(column), '1', '99999999999')",
      "hex(\(column))", "CAST(\(column) AS BLOB)",
      "zeroblob(30000000)",
    ])
  }

  mutating func statement() -> String {
    let table = pick(Self.tables)
    let column = pick(Self.columns[table] ?? ["rowid"])
    let other = pick(Self.tables)
    switch Int.random(in: 0..<14, using: &random) {
    case 0..<6:
      let some = pick(["", " WHERE rowid % 2", " WHERE \(column) > 1", " LIMIT 1"])
      return "UPDATE \(table) SET \(column) = \(value(column))\(some == " LIMIT 1" ? "" : some)"
    case 6: return "DELETE FROM \(table)\(pick(["", " WHERE \(column) > 0"]))"
    case 7: return "INSERT INTO \(table) SELECT * FROM \(table) LIMIT 3"
    case 8: return "DROP TABLE \(table)"
    case 9: return "ALTER TABLE \(table) RENAME TO \(pick([other + "2", "t", "sqlitefact"]))"
    case 10: return "ALTER TABLE \(table) ADD COLUMN \(pick(["more", "x AS (hex(zeroblob(9)))"]))"
    case 11:
      return pick([
        "CREATE VIEW v\(table) AS SELECT * FROM \(other)",
        "CREATE TRIGGER t\(table) AFTER UPDATE ON \(table) BEGIN DELETE FROM \(table); END",
        "CREATE INDEX i\(table) ON \(table) (hex(\(column)))",
        "CREATE VIRTUAL TABLE f\(table) USING fts5(x, content = '\(table)')",
      ])
    case 12:
      return pick([
        "PRAGMA application_id = 7", "PRAGMA user_version = 2147483647",
        "PRAGMA journal_mode = DELETE", "PRAGMA auto_vacuum = 2", "VACUUM",
        "DELETE FROM grdb_migrations", "UPDATE grdb_migrations SET identifier = 'x'",
        "REINDEX", "ANALYZE",
      ])
    default:
      let schema = pick([
        "UPDATE sqlite_master SET rootpage = \(pick(["0", "1", "2", "99999", "rootpage + 1"]))",
        "UPDATE sqlite_master SET sql = replace(sql, 'INTEGER', 'TEXT')",
        "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '')",
        "UPDATE sqlite_master SET sql = replace(sql, 'WITHOUT ROWID', '')",
        "UPDATE sqlite_master SET name = upper(name)", "UPDATE sqlite_master SET type = 'view'",
        "DELETE FROM sqlite_master",
      ])
      return schema + pick([" WHERE name = '\(table)'", " WHERE type = 'index'", ""])
    }
  }

  /// Runs statements on a file as far as SQLite lets them.
  static func run(_ statements: [String], on path: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    queue.writeWithoutTransaction { database in
      // Tables that share their pages can be filled from one another for ever.
      try? database.execute(sql: "PRAGMA max_page_count = 20000; PRAGMA writable_schema = ON")
      for statement in statements { try? database.execute(sql: statement) }
    }
    try queue.close()
  }

  /// Changes bytes, favouring headers of pages, where lengths and pointers are.
  mutating func scribble(_ path: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    guard !bytes.isEmpty else { return }
    for _ in 0..<Int.random(in: 1...24, using: &random) {
      let page = Int.random(in: 0...(bytes.count - 1) / 4096, using: &random) * 4096
      let reach = pick([16, 100, 4096])
      let index = min(bytes.count - 1, page + Int.random(in: 0..<reach, using: &random))
      bytes[index] = pick([0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)])
    }
    if Int.random(in: 0..<12, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
    }
    try Data(bytes).write(to: URL(filePath: path))
  }
}
