import Foundation
import GRDB
import Synchronization

/// How much an index holds.
package struct IndexFacts: Sendable, Equatable {
  package var items = 0
  package var skipped: [SkippedItem.Reason: Int] = [:]
  /// Positions of all items, by view.
  package var positions: [IndexView: Int] = [:]
  /// Items that have positions in a view.
  package var itemsByView: [IndexView: Int] = [:]
  /// Latents that were active somewhere.
  package var activeLatents = 0
  package var explainedLatents = 0
  package var sampledTokens = 0
  /// Of the file, without what is not merged into it yet.
  package var bytes = 0
}

/// One exemplar with what is needed to show it.
package struct ShownExemplar: Sendable, Equatable {
  package var exemplar: Exemplar
  package var item: IndexItem
  package var map: ActivationMap

  package init(exemplar: Exemplar, item: IndexItem, map: ActivationMap) {
    self.exemplar = exemplar
    self.item = item
    self.map = map
  }
}

/// How latents are listed.
package enum LatentOrder: String, Sendable, CaseIterable {
  case latent, frequency, max
}

extension FeatureIndexStore {
  /// How much the index holds; counted anew when something was added since the last call.
  package func facts() throws(FeatureIndexError) -> IndexFacts { try read { try facts($0) } }

  func facts(_ database: Database) throws -> IndexFacts {
    func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
    let state = try contentState(database)
    var facts =
      if let known = counted.withLock({ $0.facts(at: state) }) { known } else {
        try countFacts(database)
      }
    counted.withLock { $0.keep(facts, at: state) }
    facts.bytes = try count("PRAGMA page_count") * count("PRAGMA page_size")
    return facts
  }

  private func countFacts(_ database: Database) throws -> IndexFacts {
    var facts = IndexFacts()
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) AS items, total(tokenCount) AS text, count(nullif(tokenCount, 0)) AS texts
        FROM item
        """)
    facts.items = try row?.optional("items") ?? 0
    facts.positions = Dictionary(uniqueKeysWithValues: options.knownViews.map { ($0, 0) })
    for (layout, items) in try layouts(database) {
      for view in layout.views {
        facts.positions[IndexView(view.name), default: 0] += view.grid.count * items
        facts.itemsByView[IndexView(view.name), default: 0] += view.grid.count > 0 ? items : 0
      }
    }
    facts.positions[.text] = try row?.optional("text") ?? 0
    facts.itemsByView[.text] = try row?.optional("texts") ?? 0
    for row in try Row.fetchAll(
      database, sql: "SELECT reason, count(*) AS count FROM skipped GROUP BY reason")
    {
      if let reason = SkippedItem.Reason(rawValue: try row.value("reason")) {
        facts.skipped[reason] = try row.value("count")
      }
    }
    func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
    facts.activeLatents = try count("SELECT count(DISTINCT latent) FROM statistics")
    facts.explainedLatents = try count("SELECT count(*) FROM label")
    facts.sampledTokens = try count("SELECT count(*) FROM sample")
    return facts
  }

  // MARK: Latents

  /// How a latent is active, by view; views where it never is are absent.
  package func statistics(
    ofLatent latent: Int
  ) throws(FeatureIndexError) -> [IndexView: LatentStatistics] {
    try read { try statistics(ofLatent: latent, $0) }
  }

  func statistics(
    ofLatent latent: Int, _ database: Database
  ) throws -> [IndexView: LatentStatistics] {
    let rows = try Row.fetchAll(
      database.cachedStatement(sql: "SELECT * FROM statistics WHERE latent = ?"),
      arguments: [latent])
    return Dictionary(
      try rows.map { row in
        let found = try statistics(row)
        return (found.view, found.statistics)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// A page of the latents that are active in a view.
  package func latents(
    in view: IndexView, by order: LatentOrder, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [IndexCommit.Statistics] {
    // The page is found in an index alone, then its rows are read.
    let (column, sorting) =
      switch order {
      case .latent: ("latent", "latent")
      case .frequency: ("positions", "positions DESC, latent")
      case .max: ("max", "max DESC, latent")
      }
    let number = try number(of: view)
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          WITH page AS (
            SELECT latent, \(column) AS place FROM statistics WHERE view = ?1
            ORDER BY \(sorting) LIMIT ?2 OFFSET ?3)
          SELECT statistics.* FROM page JOIN statistics USING (latent)
          WHERE statistics.view = ?1 ORDER BY \(sorting)
          """, arguments: [number, limit, offset]
      ).map { try statistics($0) }
    }
  }

  // MARK: Exemplars and items

  /// A latent's best places, best first.
  package func exemplars(
    ofLatent latent: Int, view: IndexView, ranking: IndexRanking, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [ShownExemplar] {
    let number = try number(of: view)
    return try read { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT * FROM exemplars WHERE latent = ? AND view = ? AND ranking = ?",
          arguments: [latent, number, ranking.rawValue])
      else { return [] }
      let list = try list(row)
      // A damaged file finds rows under keys that they do not have.
      guard list.latent == latent, list.view == view, list.ranking == ranking else {
        throw FeatureIndexError.invalid(
          path: path, reason: "exemplars of latent \(latent) are kept as another's")
      }
      return try list.exemplars.dropFirst(offset).prefix(limit).map { exemplar in
        let item = try item(exemplar.item, database)
        return ShownExemplar(
          exemplar: exemplar, item: item, map: try map(exemplar, of: item, database))
      }
    }
  }

  /// The item of a number, or of a name; nil where there is none.
  package func item(number: Int) throws(FeatureIndexError) -> IndexItem? {
    try read { try items($0, "WHERE number = ?", [number]).first?.item }
  }

  package func item(named name: String) throws(FeatureIndexError) -> (number: Int, item: IndexItem)?
  {
    try read { try items($0, "WHERE name = ? ORDER BY number LIMIT 1", [name]).first }
  }

  package func items(
    offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [(number: Int, item: IndexItem)] {
    try read { try items($0, "ORDER BY number LIMIT ? OFFSET ?", [limit, offset]) }
  }

  package func skipped(offset: Int = 0, limit: Int) throws(FeatureIndexError) -> [SkippedItem] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT name, reason, message FROM skipped ORDER BY name, id LIMIT ? OFFSET ?",
        arguments: [limit, offset]
      ).map { row in
        SkippedItem(
          name: try row.value("name"),
          reason: SkippedItem.Reason(rawValue: try row.value("reason")) ?? .unreadable,
          message: try row.value("message"))
      }
    }
  }

  /// The latents that have an item among their best in a view, by their largest activation there.
  package func latents(
    withItem number: Int, view: IndexView, offset: Int = 0, limit: Int
  ) throws(FeatureIndexError) -> [(latent: Int, max: Double, mass: Double)] {
    let numberOfView = try self.number(of: view)
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT latent, max(max) AS max, sum(mass) AS mass FROM map WHERE item = ? AND view = ?
          GROUP BY latent ORDER BY max DESC, latent LIMIT ? OFFSET ?
          """, arguments: [number, numberOfView, limit, offset]
      ).map { (try knownLatent($0), try $0.finite("max"), try $0.finite("mass")) }
    }
  }

  /// The map of a latent on an item, if it is kept.
  package func map(
    ofLatent latent: Int, view: IndexView, item: Int, span: Int = 0
  ) throws(FeatureIndexError) -> ActivationMap? {
    let number = try number(of: view)
    return try read { database in
      try Data.fetchOne(
        database,
        sql: "SELECT activations FROM map WHERE latent = ? AND view = ? AND item = ? AND span = ?",
        arguments: [latent, number, item, span]
      ).flatMap { ActivationMap($0) }
    }
  }

  /// The map of an exemplar, every position of which its item has.
  func map(
    _ exemplar: Exemplar, of item: IndexItem, _ database: Database
  ) throws -> ActivationMap {
    let statement = try database.cachedStatement(
      sql: "SELECT activations FROM map WHERE latent = ? AND view = ? AND item = ? AND span = ?")
    guard
      let data = try Data.fetchOne(
        statement,
        arguments: [
          exemplar.latent, try number(of: exemplar.view), exemplar.item, exemplar.span,
        ]),
      let map = ActivationMap(data)
    else {
      throw FeatureIndexError.invalid(
        path: path, reason: "latent \(exemplar.latent) has an exemplar without its map")
    }
    let positions = options.positions(of: item, view: exemplar.view, span: exemplar.span)
    guard Int(map.positions.last ?? 0) < positions else {
      throw FeatureIndexError.invalid(
        path: path,
        reason: "a map of latent \(exemplar.latent) has positions that its item does not have")
    }
    return map
  }

  func item(
    _ number: Int, withPicture: Bool = true, _ database: Database
  ) throws -> IndexItem {
    guard
      let item = try items(
        database, "WHERE number = ?", [number], withPictures: withPicture
      ).first?.item
    else { throw FeatureIndexError.invalid(path: path, reason: "there is no item \(number)") }
    return item
  }

  /// - Parameter withPictures: false leaves the bytes that the index itself holds where they are:
  ///   what lies in it is `.stored` without any then.
  func items(
    _ database: Database, _ condition: String, _ arguments: StatementArguments,
    withPictures: Bool = true
  ) throws -> [(number: Int, item: IndexItem)] {
    let bytes = withPictures ? "picture.bytes" : "iif(picture.item IS NULL, NULL, x'') AS bytes"
    let isNamed = try hasLayouts(database)
    return try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT item.*, \(bytes)\(isNamed ? ", layout.views" : "") FROM item "
          + "LEFT JOIN picture ON picture.item = number "
          + (isNamed ? "LEFT JOIN layout ON layout.id = item.layout " : "") + condition),
      arguments: arguments
    ).map { (try $0.value("number"), try IndexItem($0)) }
  }
}

extension IndexItem {
  fileprivate init(_ row: Row) throws {
    let digest: Data = try row.value("digest")
    let tokens: String = try row.value("tokens")
    self.init(
      digest: Array(digest), name: try row.value("name"), source: try row.optional("source"),
      picture: try Self.location(row),
      width: try row.number("width", in: IndexLimits.pictureSide),
      height: try row.number("height", in: IndexLimits.pictureSide),
      layout: try Self.layout(row), text: try row.optional("text"),
      tokens: try Self.tokens(tokens))
    _ = try row.number("tokenCount", in: self.tokens.count...self.tokens.count)
    guard digest.count == IndexLimits.digestBytes else {
      throw DamagedRow(
        what: "the digest of item \"\(name)\"", found: "\(digest.count) bytes",
        expected: "\(IndexLimits.digestBytes) bytes")
    }
  }

  private static func tokens(_ text: String) throws -> [String] {
    if text == "[]" { return [] }
    guard let tokens = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
      throw DamagedRow(reason: "the tokens of an item are not a list of texts")
    }
    return tokens
  }

  private static func layout(_ row: Row) throws -> ItemLayout {
    guard row.hasColumn("layout") else { return try ItemLayout(grids: row) }
    if let text: String = try row.optional("views") { return try ItemLayout(json: text) }
    guard row["layout"] == nil else { throw DamagedRow(reason: "an item names no layout") }
    return ItemLayout()
  }

  private static func location(_ row: Row) throws -> PictureLocation? {
    if let bytes: Data = try row.optional("bytes") { return .stored(Array(bytes)) }
    guard let path: String = try row.optional("picturePath") else { return nil }
    let place: (offset: Int?, length: Int?) = (
      try row.optional("pictureOffset"), try row.optional("pictureLength")
    )
    guard place.offset != nil, place.length != nil else { return .file(path) }
    return .slice(
      path: path, offset: try row.number("pictureOffset", in: IndexLimits.total),
      length: try row.number("pictureLength", in: IndexLimits.total))
  }
}
