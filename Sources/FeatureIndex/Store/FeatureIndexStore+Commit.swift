import FoundationEssentials
import GRDB

extension FeatureIndexStore {
  /// Writes what an accumulator learnt, all of it or nothing.
  package func commit(_ commit: IndexCommit) throws(FeatureIndexError) {
    try write { try write(commit, to: $0) }
  }

  func write(_ commit: IndexCommit, to database: Database) throws {
    for (number, item) in commit.items { try write(item, number: number, to: database) }
    for skipped in commit.skipped {
      try database.cachedStatement(
        sql: "INSERT INTO skipped (name, reason, message) VALUES (?, ?, ?)"
      ).execute(arguments: [skipped.name, skipped.reason.rawValue, skipped.message])
    }
    try writeCounts(commit, to: database)
    let forget = try database.cachedStatement(
      sql: "DELETE FROM map WHERE latent = ? AND view = ? AND item = ? AND span = ?")
    for key in commit.forgottenMaps {
      try forget.execute(arguments: [key.latent, try number(of: key.view), key.item, key.span])
    }
    for (key, map) in commit.maps { try write(map, key, to: database) }
    let drop = try database.cachedStatement(sql: "DELETE FROM sample WHERE hash = ?")
    for hash in commit.forgottenSample {
      try drop.execute(arguments: [Int64(bitPattern: hash)])
    }
    for token in commit.sample { try write(token, to: database) }
  }

  private func writeCounts(_ commit: IndexCommit, to database: Database) throws {
    let count = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO statistics (latent, view, positions, items, sum, max, histogram)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for row in commit.statistics {
      let found = row.statistics
      try count.execute(arguments: [
        row.latent, try number(of: row.view), found.positions, found.items, found.sum,
        Double(found.max), found.histogramData,
      ])
    }
    let list = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO exemplars (latent, view, ranking, list) VALUES (?, ?, ?, ?)")
    for row in commit.exemplars {
      try list.execute(arguments: [
        row.latent, try number(of: row.view), row.ranking.rawValue, row.data,
      ])
    }
  }

  func write(_ token: SampledToken, to database: Database) throws {
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO sample (hash, latents) VALUES (?, ?)")
      .execute(arguments: [Int64(bitPattern: token.hash), token.data])
  }

  func write(
    _ map: ActivationMap, _ key: IndexCommit.MapKey, to database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO map (latent, view, item, span, max, mass, activations)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      key.latent, try number(of: key.view), key.item, key.span, Double(map.values.max() ?? 0),
      map.values.reduce(0.0) { $0 + Double($1) }, map.data,
    ])
  }

  func write(_ item: IndexItem, number: Int, to database: Database) throws {
    var (path, offset, length): (String?, Int?, Int?) = (nil, nil, nil)
    var stored: [UInt8]?
    switch item.picture {
    case .file(let file): path = file
    case .slice(let file, let start, let count): (path, offset, length) = (file, start, count)
    case .stored(let bytes): stored = bytes
    case nil: break
    }
    try database.cachedStatement(
      sql: """
        INSERT INTO item (number, digest, name, source, width, height, layout, text, tokens, \
        tokenCount,
          picturePath, pictureOffset, pictureLength)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      number, Data(item.digest), item.name, item.source, item.width, item.height,
      try id(of: item.layout, in: database), item.text, try tokenText(item.tokens),
      item.tokens.count, path, offset, length,
    ])
    if let stored {
      try database.cachedStatement(sql: "INSERT INTO picture (item, bytes) VALUES (?, ?)")
        .execute(arguments: [number, Data(stored)])
    }
  }

  /// The number of a view in this file's rows.
  /// - Throws: `FeatureIndexError.value` for one that the index does not take in.
  func number(of view: IndexView) throws(FeatureIndexError) -> Int {
    guard let number = views.number(of: view) else {
      throw .value(
        what: "the view", found: "\"\(view.name.prefix(200))\"",
        expected: "one of the index's: \(options.knownViews.map(\.name).joined(separator: ", "))")
    }
    return number
  }

  /// - Throws: `FeatureIndexError.value` for a view that the index does not know.
  package func check(_ view: IndexView) throws(FeatureIndexError) { _ = try number(of: view) }

  private func tokenText(_ tokens: [String]) throws -> String {
    String(decoding: try JSONEncoder().encode(tokens), as: UTF8.self)
  }
}
