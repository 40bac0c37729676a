/// A table for a terminal: the first column is text, the others are numbers.
struct TextTable {
  private let rows: [[String]]
  private let texts: Set<Int>

  /// - Parameter texts: the columns that are text.
  init(_ head: [String], _ rows: [[String]], texts: Set<Int> = [0]) {
    self.rows = [head] + rows
    self.texts = texts
  }

  /// Its lines, the head first.
  var lines: [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = "  "
      for (column, cell) in row.enumerated() {
        let isText = texts.contains(column)
        let shown =
          isText ? cell.padded(to: widths[column]) : cell.alignedRight(to: widths[column])
        line += (column == 0 ? "" : "  ") + shown
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
