import GRDB

/// The tables that an index consists of. A file with anything else in their place, or beside them,
/// is none: a view or a trigger could run without end.
enum KnownObjects {
  /// What some version of this program has made, as `type name sql`.
  private static let made: Set<String> = {
    guard let queue = try? DatabaseQueue() else { return [] }
    let migrator = IndexSchema.migrator
    var found: Set<String> = []
    for migration in migrator.migrations {
      try? migrator.migrate(queue, upTo: migration)
      found.formUnion((try? queue.read { try objects($0) }) ?? [])
    }
    return found
  }()

  /// - Throws: `DamagedRow` naming the first that no index has.
  static func check(_ database: Database) throws {
    guard let stranger = try objects(database).first(where: { !made.contains($0) }) else { return }
    let words = stranger.split(separator: " ", maxSplits: 2)
    throw DamagedRow(
      reason:
        "it holds the \(words.first ?? "") \(words.dropFirst().first ?? ""), which no index has")
  }

  /// Those that SQLite makes by itself are left out.
  private static func objects(_ database: Database) throws -> [String] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT type, name, sql FROM sqlite_master
        WHERE NOT (type IN ('table', 'index') AND name LIKE 'sqlite\\_%' ESCAPE '\\') LIMIT 1000
        """
    ).map { row in
      let (type, name, sql): (String, String, String?) = (
        try row.value("type"), try row.value("name"), try row.optional("sql")
      )
      let words = (sql ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
      return "\(type) \(name) \(words)"
    }
  }
}
