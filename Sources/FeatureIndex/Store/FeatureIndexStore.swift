import CSQLite
import Foundation
import GRDB
import Glibc
import Synchronization
import SystemReasons

/// One index: a SQLite file that one job at a time writes and any number of threads and
/// processes read meanwhile.
package final class FeatureIndexStore: Sendable {
  /// Without links.
  package let path: String
  package let identity: IndexIdentity
  package let options: IndexOptions
  /// The numbers of its views in its rows.
  let views: ViewNumbers
  let database: DatabasePool
  /// What was counted over the whole file and is asked for often.
  let counted = Mutex(CountedFacts())
  private let lock: WriterLock?
  /// What a writer has open.
  private let file: FileIdentity?

  private init(
    path: String, database: DatabasePool, identity: IndexIdentity, options: IndexOptions,
    lock: WriterLock?
  ) {
    self.path = path
    self.database = database
    self.identity = identity
    self.options = options
    views = ViewNumbers(options)
    self.lock = lock
    file = lock == nil ? nil : FileIdentity(at: path)
  }

  /// Whether this one may commit.
  package var isWriter: Bool { lock != nil }

  /// Makes an empty index where there is no file, and holds it for writing.
  package static func create(
    at path: String, identity: IndexIdentity, options: IndexOptions
  ) throws(FeatureIndexError) -> FeatureIndexStore {
    if let wrong = options.wrong {
      throw .value(what: wrong.what, found: "\(wrong.found)", expected: wrong.expected)
    }
    if let wrong = identity.wrong {
      throw .value(what: wrong.what, found: "\(wrong.found)", expected: wrong.expected)
    }
    let path = try IndexPlace(ofNew: path).path
    let lock = try WriterLock(path: path)
    // Another one may have made it before this one had the lock.
    guard !FileManager.default.fileExists(atPath: path) else { throw .exists(path: path) }
    let facts = (identity: try json(identity, path), options: try json(options, path))
    // Whole under another name first, without a log beside it: what is there under its own is an
    // index, and in the journal's mode of its writers, so that a kill leaves nothing that
    // readers would have to undo.
    let temporary = path + ".new"
    IndexPlace.remove(temporary)
    try IndexPlace.checkKinds(temporary)
    try wrap(path) {
      let empty = try DatabaseQueue(path: temporary)
      try empty.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA application_id = \(IndexSchema.applicationID)")
        try database.execute(sql: "PRAGMA journal_mode = WAL")
      }
      try IndexSchema.migrator.migrate(empty)
      try empty.write { database in
        try database.execute(
          sql: "INSERT INTO fact (name, value) VALUES ('identity', ?), ('options', ?)",
          arguments: [facts.identity, facts.options])
      }
      try empty.close()
      try FileManager.default.moveItem(atPath: temporary, toPath: path)
    }
    let database = try wrap(path) {
      try DatabasePool(path: path, configuration: configuration(readOnly: false))
    }
    return FeatureIndexStore(
      path: path, database: database, identity: identity, options: options, lock: lock)
  }

  /// Opens an index.
  /// - Parameter writing: to add to it, which one job at a time may.
  package static func open(
    at path: String, writing: Bool = false
  ) throws(FeatureIndexError) -> FeatureIndexStore {
    let path = try IndexPlace(of: path, writing: writing).path
    if writing { try checkOwner(path, at: path, writing: true) }
    let lock = writing ? try WriterLock(path: path) : nil
    let place = writing ? path : try readablePlace(path)
    let database = try wrap(path) {
      try DatabasePool(path: place, configuration: configuration(readOnly: !writing))
    }
    let found = try wrap(path) { try watched(database) { try facts($0, path: path) } }
    if writing {
      try wrap(path) { try IndexSchema.migrator.migrate(database) }
    } else if !found.missing.isSubset(of: IndexSchema.readableWithout) {
      throw .invalid(
        path: path,
        reason: "it was written by an earlier version and must be opened for writing once")
    }
    return FeatureIndexStore(
      path: path, database: database, identity: found.identity, options: found.options, lock: lock)
  }

  /// Opens the index for writing, or makes it; one that was built for something else is refused.
  package static func openOrCreate(
    at path: String, identity: IndexIdentity, options: IndexOptions
  ) throws(FeatureIndexError) -> FeatureIndexStore {
    guard FileManager.default.fileExists(atPath: path) else {
      return try create(at: path, identity: identity, options: options)
    }
    let store = try open(at: path, writing: true)
    guard store.identity == identity else {
      throw .stale(path: path, reason: identity.difference(from: store.identity))
    }
    guard store.options == options else {
      throw .stale(
        path: path,
        reason: "it was begun with other options: \(options.difference(from: store.options))")
    }
    return store
  }

  // MARK: Opening

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = readOnly
    configuration.label = "index"
    configuration.busyMode = .timeout(10)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      if let connection = unsafe database.sqliteConnection {
        unsafe csqlite_distrust(UnsafeMutableRawPointer(connection), Int32(IndexLimits.rowBytes))
      }
      // Pages of a WAL are safe in the order of commits; a power cut may lose the newest ones only.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      try database.execute(sql: "PRAGMA cache_size = -65536")
    }
    return configuration
  }

  /// Asks whose file it is, without writing to it or beside it. SQLite itself looks: closing a file
  /// that it has open elsewhere in this process would take its locks away.
  private static func checkOwner(
    _ path: String, at place: String, writing: Bool
  ) throws(FeatureIndexError) {
    func identifier(readOnly: Bool) throws -> Int? {
      let database = try DatabaseQueue(
        path: place, configuration: configuration(readOnly: readOnly))
      return try watched(database) { try Int.fetchOne($0, sql: "PRAGMA application_id") }
    }
    let identifier = try wrap(path) { () -> Int? in
      do { return try identifier(readOnly: true) } catch let error as DatabaseError
        where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK && writing
      {
        // A change that was cut off is to be undone first, which readers may not.
        return try identifier(readOnly: false)
      }
    }
    guard identifier == IndexSchema.applicationID else {
      throw .invalid(path: path, reason: "it is a database of another program")
    }
  }

  /// Where to open a file for reading: itself, or, where its writers' journal would need
  /// files beside it that may not be made (a folder or a mount that is read-only), itself as
  /// a file that nobody changes.
  private static func readablePlace(_ path: String) throws(FeatureIndexError) -> String {
    do throws(FeatureIndexError) {
      try checkOwner(path, at: path, writing: false)
      return path
    } catch .unreachable {
      guard isEmpty(path + "-wal") else {
        throw .inputOutput(
          path: path,
          reason:
            "its latest changes lie in \(path)-wal, which only who may write to the folder can "
            + "take in: "
            + "open it there once, or copy both files")
      }
      let characters = CharacterSet(charactersIn: "?#%").inverted
      let place =
        "file:\(path.addingPercentEncoding(withAllowedCharacters: characters) ?? path)?immutable=1"
      try checkOwner(path, at: place, writing: false)
      return place
    }
  }

  private static func isEmpty(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) != 0 || status.st_size == 0
  }

  private static func facts(
    _ database: Database, path: String
  ) throws -> (identity: IndexIdentity, options: IndexOptions, missing: Set<String>) {
    let known = Set(IndexSchema.migrator.migrations)
    // A later version's file holds what this one has never made, and is told
    // apart by its own word alone.
    let isMigrated = try Bool.fetchOne(
      database,
      sql:
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = "
        + "'grdb_migrations')"
    )
    let applied =
      isMigrated == true ? try IndexSchema.migrator.appliedIdentifiers(database) : []
    guard applied.isSubset(of: known) else { throw FeatureIndexError.newer(path: path) }
    try KnownObjects.check(database)
    func fact<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
      guard
        let text = try String.fetchOne(
          database, sql: "SELECT value FROM fact WHERE name = ?", arguments: [name]),
        let value = try? JSONDecoder().decode(type, from: Data(text.utf8))
      else { throw FeatureIndexError.invalid(path: path, reason: "its \(name) cannot be read") }
      return value
    }
    let (identity, options) = (
      try fact("identity", as: IndexIdentity.self), try fact("options", as: IndexOptions.self)
    )
    if let wrong = identity.wrong ?? options.wrong {
      throw DamagedRow(what: wrong.what, found: "\(wrong.found)", expected: wrong.expected)
    }
    return (identity, options, known.subtracting(applied))
  }

  private static func json(
    _ value: some Encodable, _ path: String
  ) throws(FeatureIndexError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return try wrap(path) { String(decoding: try encoder.encode(value), as: UTF8.self) }
  }

  // MARK: Reading and writing

  /// Moves what was committed from the log beside the file into the file, so that it stands alone.
  package func checkpoint() throws(FeatureIndexError) {
    try Self.wrap(path) {
      try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }
  }

  /// Runs reads on one snapshot of the file, on whatever thread.
  func read<Value>(_ body: (Database) throws -> Value) throws(FeatureIndexError) -> Value {
    // More of its readers are opened as they are needed.
    try IndexPlace.checkKinds(path)
    return try Self.wrap(path) { try Self.watched(database, body) }
  }

  /// Runs one transaction.
  /// - Throws: `FeatureIndexError.inputOutput` where its name no longer leads to the file.
  func write<Value>(_ body: (Database) throws -> Value) throws(FeatureIndexError) -> Value {
    guard isWriter else { throw .busy(path: path) }
    try checkIsThere()
    let value = try Self.wrap(path) { try database.write(body) }
    try checkIsThere()
    return value
  }

  /// Refuses to go on where what a writer has open was removed or replaced, and what
  /// it commits would be lost.
  package func checkIsThere() throws(FeatureIndexError) {
    guard isWriter, FileIdentity(at: path) != file else { return }
    throw .inputOutput(
      path: path,
      reason: "it was removed or replaced while it was written: what was added to it is lost")
  }

  /// SQLite's errors in our words.
  static func wrap<Value>(
    _ path: String, _ body: () throws -> Value
  ) throws(FeatureIndexError) -> Value {
    do { return try body() } catch let error as FeatureIndexError {
      throw error
    } catch is RowDecodingError {
      throw .invalid(path: path, reason: "a row holds a value of the wrong type")
    } catch let error as DamagedRow {
      throw .invalid(path: path, reason: error.reason)
    } catch let error as DatabaseError {
      switch error.resultCode {
      case .SQLITE_FULL: throw .diskFull(path: path)
      case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        throw .invalid(path: path, reason: error.message ?? "it is damaged")
      case .SQLITE_BUSY, .SQLITE_LOCKED: throw .busy(path: path)
      case .SQLITE_INTERRUPT: throw .interrupted(path: path)
      case .SQLITE_TOOBIG:
        throw .invalid(
          path: path,
          reason: "a row has more than \(IndexLimits.rowBytes >> 20) MiB, the most of any")
      case .SQLITE_CANTOPEN: throw .unreachable(path: path)
      case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_ROLLBACK:
        throw .cutOff(path: path)
      // Its journal needs files beside it that may not be made.
      case .SQLITE_READONLY: throw .unreachable(path: path)
      case .SQLITE_IOERR where errno == ENOSPC: throw .diskFull(path: path)
      // A copy's failure to write is the system's, and no error of a connection's.
      case .SQLITE_IOERR where error.message == "not an error":
        throw .inputOutput(path: path, reason: systemReason())
      default:
        throw .inputOutput(path: path, reason: error.message ?? "SQLite's code \(error.resultCode)")
      }
    } catch { throw .inputOutput(path: path, reason: systemReason(of: error)) }
  }
}

extension IndexIdentity {
  /// What is different, in words.
  package func difference(from other: IndexIdentity) -> String {
    var parts: [String] = []
    if model != other.model { parts.append("it was built for another model") }
    if autoencoder != other.autoencoder { parts.append("it was built for another autoencoder") }
    if site != other.site { parts.append("its site is \(other.site), not \(site)") }
    if latentCount != other.latentCount {
      parts.append("it has \(other.latentCount) latents, not \(latentCount)")
    }
    if activation != other.activation {
      parts.append("its activation is \(other.activation), not \(activation)")
    }
    return parts.isEmpty ? "its pictures have other patches" : parts.joined(separator: ", ")
  }
}
