import GRDB

extension IndexSchema {
  /// Items had columns for the grids of two views; now each names its layout, of whatever views.
  ///
  /// - Throws: `DamagedRow` for grids that no picture has.
  static func nameViews(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE layout (id INTEGER PRIMARY KEY, views TEXT NOT NULL UNIQUE);
        ALTER TABLE item ADD COLUMN layout INTEGER REFERENCES layout (id);
        CREATE TABLE grids (
          baseRows, baseColumns, tileRows, tileColumns, layout,
          PRIMARY KEY (baseRows, baseColumns, tileRows, tileColumns));
        """)
    let rows = try Row.fetchCursor(
      database, sql: "SELECT DISTINCT baseRows, baseColumns, tileRows, tileColumns FROM item")
    while let row = try rows.next() {
      let layout = try ItemLayout(grids: row)
      if layout.views.isEmpty { continue }
      try database.cachedStatement(sql: "INSERT INTO layout (views) VALUES (?)")
        .execute(arguments: [try layout.json])
      try database.cachedStatement(sql: "INSERT INTO grids VALUES (?, ?, ?, ?, ?)")
        .execute(
          arguments: StatementArguments(
            row.databaseValues + [database.lastInsertedRowID.databaseValue]))
    }
    try database.execute(
      sql: """
        UPDATE item SET layout = (
          SELECT grids.layout FROM grids
          WHERE (grids.baseRows, grids.baseColumns, grids.tileRows, grids.tileColumns)
            = (item.baseRows, item.baseColumns, item.tileRows, item.tileColumns));
        DROP TABLE grids;
        ALTER TABLE item DROP COLUMN baseRows;
        ALTER TABLE item DROP COLUMN baseColumns;
        ALTER TABLE item DROP COLUMN tileRows;
        ALTER TABLE item DROP COLUMN tileColumns;
        """)
  }
}
