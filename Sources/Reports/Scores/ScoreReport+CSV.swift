extension ScoreReport {
  /// One row for each measure, index and kind of concept (RFC 4180).
  package var csv: String {
    let head = [
      "index", "site", "layer", "measure", "concept", "latents", "scored", "mean", "deviation",
      "chance", "chance_deviation", "mean_of_all",
    ]
    var lines = [head]
    for index in indexes {
      for table in index.tables {
        for row in table.rows + [table.total] {
          lines.append(
            [
              index.path, index.site, index.layer.map { "\($0)" } ?? "", table.measure, row.name,
              "\(row.count)",
            ] + Self.cells(row.mean))
        }
      }
    }
    return CSVText.table(lines)
  }

  private static func cells(_ mean: Mean?) -> [String] {
    guard let mean else { return ["0", "", "", "", "", "0.0"] }
    return ["\(mean.count)", "\(mean.value)", "\(mean.deviation)"]
      + [mean.chance, mean.chanceDeviation].map { $0.map { "\($0)" } ?? "" } + ["\(mean.overAll)"]
  }
}
