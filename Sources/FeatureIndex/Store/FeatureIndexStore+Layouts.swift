import Foundation
import GRDB

/// Items of one layout share its row: pictures of a size have the same one.
extension FeatureIndexStore {
  /// Whether items name their layouts; before that they had columns for two grids.
  func hasLayouts(_ database: Database) throws -> Bool {
    try database.columns(in: "item").contains { $0.name == "layout" }
  }

  /// The layouts of the items, and how many items have each.
  func layouts(_ database: Database) throws -> [(layout: ItemLayout, items: Int)] {
    guard try hasLayouts(database) else {
      return try Row.fetchAll(
        database,
        sql: """
          SELECT baseRows, baseColumns, tileRows, tileColumns, count(*) AS items FROM item
          GROUP BY baseRows, baseColumns, tileRows, tileColumns
          """
      ).map { (try ItemLayout(grids: $0), try $0.value("items")) }
    }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT views, count(*) AS items FROM item JOIN layout ON layout.id = item.layout GROUP BY id
        """
    ).map { (try ItemLayout(json: try $0.value("views")), try $0.value("items")) }
  }

  /// The id of a layout's row, which is made where there is none; nil for one without views.
  /// - Throws: `FeatureIndexError.value` for a layout that could not be read again.
  func id(of layout: ItemLayout, in database: Database) throws -> Int? {
    if layout.views.isEmpty { return nil }
    if let fault = layout.fault {
      throw FeatureIndexError.value(
        what: "the layout of a picture", found: fault, expected: "a layout of a picture's views")
    }
    let text = try layout.json
    try database.cachedStatement(sql: "INSERT OR IGNORE INTO layout (views) VALUES (?)")
      .execute(arguments: [text])
    return try Int.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM layout WHERE views = ?"), arguments: [text])
  }
}

extension ItemLayout {
  /// Equal layouts are the same text.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// - Throws: `DamagedRow` for what is no layout, or none that can be computed with.
  init(json text: String) throws {
    guard text.utf8.count <= IndexLimits.layoutBytes else {
      throw DamagedRow(
        what: "a picture's layout", found: "\(text.utf8.count) bytes",
        expected: "\(IndexLimits.layoutBytes) bytes or less")
    }
    guard let layout = try? JSONDecoder().decode(ItemLayout.self, from: Data(text.utf8)) else {
      throw DamagedRow(reason: "a picture's layout cannot be read")
    }
    if let fault = layout.fault { throw DamagedRow(reason: "a picture's layout has " + fault) }
    self = layout
  }

  /// The layout of a row that has columns for the grids of `base` and `tiles`.
  init(grids row: Row) throws {
    self.init(
      views: try [("base", "baseRows", "baseColumns"), ("tiles", "tileRows", "tileColumns")].map {
        ItemLayout.View(
          name: $0.0, rows: try row.number($0.1, in: IndexLimits.gridPositions),
          columns: try row.number($0.2, in: IndexLimits.gridPositions))
      }.filter { $0.rows > 0 || $0.columns > 0 })
    if let fault { throw DamagedRow(reason: "a picture's layout has " + fault) }
  }
}
