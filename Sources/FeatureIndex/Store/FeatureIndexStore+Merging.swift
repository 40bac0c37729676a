import Foundation
import GRDB

extension FeatureIndexStore {
  /// Makes one index of several whose items are different: what one run over all
  /// of them would have made.
  ///
  /// Explanations, scores and what was derived from weights are taken from the first that has them.
  /// The file appears under its name when it is whole.
  /// - Parameter progress: called with the share done; false stops with
  ///   `FeatureIndexError.interrupted`.
  package static func merge(
    _ paths: [String], into path: String, progress: (Double) -> Bool = { _ in true }
  ) throws -> IndexFacts {
    guard let first = paths.first else {
      throw FeatureIndexError.value(
        what: "the list of indexes to merge", found: "empty", expected: "one or more")
    }
    let path = try IndexPlace(ofNew: path).path
    var sources: [FeatureIndexStore] = []
    for path in paths { sources.append(try open(at: path)) }
    for source in sources.dropFirst() {
      guard source.identity == sources[0].identity else {
        throw FeatureIndexError.stale(
          path: source.path,
          reason: "beside \(first), " + sources[0].identity.difference(from: source.identity))
      }
      guard source.options == sources[0].options else {
        throw FeatureIndexError.stale(
          path: source.path,
          reason: "its options are \(source.options), those of \(first) \(sources[0].options)")
      }
    }
    return try make(
      path, suffix: ".merging", identity: sources[0].identity, options: sources[0].options
    ) { target in try target.take(sources, progress: progress) }
  }

  /// Makes an index that appears under its name when `fill` has filled it, or not at all.
  /// - Throws: `FeatureIndexError.exists`; what `fill` throws.
  package static func make(
    _ path: String, suffix: String, identity: IndexIdentity, options: IndexOptions,
    fill: (FeatureIndexStore) throws -> Void
  ) throws -> IndexFacts {
    let path = try IndexPlace(ofNew: path).path
    let temporary = path + suffix
    removeFiles(temporary)
    do {
      let target = try create(at: temporary, identity: identity, options: options)
      try fill(target)
      let facts = try target.facts()
      try target.checkpoint()
      try wrap(temporary) { try target.database.close() }
      try wrap(path) { try FileManager.default.moveItem(atPath: temporary, toPath: path) }
      removeFiles(temporary)
      return facts
    } catch {
      removeFiles(temporary)
      throw error
    }
  }

  private static func removeFiles(_ path: String) {
    IndexPlace.remove(path, besides: IndexPlace.sideSuffixes + [".lock"])
  }

  private func take(
    _ sources: [FeatureIndexStore], progress: (Double) -> Bool
  ) throws(FeatureIndexError) {
    var accumulator = IndexAccumulator(identity: identity, options: options)
    var numbers: [[Int]] = []
    for source in sources {
      let state = try source.state()
      if let twice = state.items.first(where: { accumulator.contains(digest: $0.digest) }) {
        throw .stale(
          path: source.path,
          reason:
            "\"\(twice.name)\" has content that is in another of the indexes, too; shards of one "
            + "corpus are made with `shard`, so that none has")
      }
      numbers.append(accumulator.absorb(state))
    }
    let counted = accumulator.takeCommit()
    try write { database in
      try write(counted, to: database)
      for (index, source) in sources.enumerated() {
        guard progress(Double(index) / Double(sources.count)) else {
          throw FeatureIndexError.interrupted(path: path)
        }
        let candidates = try copy(source, numbers[index], keeping: accumulator, to: database)
        for token in candidates { accumulator.add(sampled: token) }
      }
      let sampled = accumulator.takeCommit()
      for token in sampled.sample { try write(token, to: database) }
    }
    if let told = sources.first(where: { (try? $0.hasExplanations()) == true }) {
      try copyTables(["explanation", "score", "latentScore"], from: told)
      try refreshLabels()
    }
    if let derived = sources.first(where: { (try? $0.hasDerived()) == true }) {
      try copyTables(["tokenEffect", "neighbour"], from: derived)
    }
  }

  /// Brings items and the maps that are still wanted.
  /// - Returns: candidates for the sample.
  private func copy(
    _ source: FeatureIndexStore, _ numbers: [Int], keeping accumulator: IndexAccumulator,
    to database: Database
  ) throws -> [SampledToken] {
    var sampled: [SampledToken] = []
    try source.database.read { reading in
      // One by one: an item may carry its picture.
      var after = -1
      while let (number, item) = try source.items(
        reading, "WHERE number > ? ORDER BY number LIMIT 1", [after]
      ).first {
        guard numbers.indices.contains(number) else {
          throw FeatureIndexError.busy(path: source.path)
        }
        try write(item, number: numbers[number], to: database)
        after = number
      }
      let skipped = try Row.fetchCursor(reading, sql: "SELECT name, reason, message FROM skipped")
      while let row = try skipped.next() {
        let (name, reason, message): (String, String, String) = (
          try row.value("name"), try row.value("reason"), try row.value("message")
        )
        try database.cachedStatement(
          sql: "INSERT INTO skipped (name, reason, message) VALUES (?, ?, ?)"
        ).execute(arguments: [name, reason, message])
      }
      let maps = try Row.fetchCursor(reading, sql: "SELECT * FROM map")
      while let row = try maps.next() {
        guard let view = source.views[try row.value("view")],
          let map = ActivationMap(try row.value("activations"))
        else { throw FeatureIndexError.invalid(path: source.path, reason: "a map is damaged") }
        let number: Int = try row.value("item")
        guard numbers.indices.contains(number) else {
          throw FeatureIndexError.invalid(path: source.path, reason: "a map has no item")
        }
        let key = IndexCommit.MapKey(
          latent: try source.knownLatent(row), view: view, item: numbers[number],
          span: try row.number("span", in: 0...accumulator.spans(ofItem: numbers[number]) - 1))
        if accumulator.refers(to: key) { try write(map, key, to: database) }
      }
      let tokens = try Row.fetchCursor(reading, sql: "SELECT hash, latents FROM sample")
      while let row = try tokens.next() {
        let hash: Int64 = try row.value("hash")
        sampled.append(SampledToken(hash: UInt64(bitPattern: hash), data: try row.value("latents")))
      }
    }
    return sampled
  }

  private func hasExplanations() throws(FeatureIndexError) -> Bool {
    try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM explanation)") ?? false }
  }

  private func hasDerived() throws(FeatureIndexError) -> Bool {
    try read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM neighbour)") ?? false }
  }

  private func copyTables(
    _ tables: [String], from source: FeatureIndexStore
  ) throws(FeatureIndexError) {
    try write { database in
      try source.database.read { reading in
        for table in tables where try reading.tableExists(table) {
          let rows = try Row.fetchCursor(reading, sql: "SELECT * FROM \(table)")
          while let row = try rows.next() {
            let marks = Array(repeating: "?", count: row.count).joined(separator: ", ")
            try database.cachedStatement(
              sql:
                "INSERT INTO \(table) (\(row.columnNames.joined(separator: ", "))) VALUES "
                + "(\(marks))"
            ).execute(arguments: StatementArguments(row.databaseValues))
          }
        }
      }
    }
  }
}
