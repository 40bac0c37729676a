import FoundationEssentials
import Reports
import Testing

@Suite struct ScorePageTests {
  private static func mean(_ value: Double, chance: Double? = 0.02) -> ScoreReport.Mean {
    .init(
      value: value, deviation: 0.1, chance: chance, chanceDeviation: chance.map { $0 / 10 },
      overAll: value / 2, count: 3)
  }

  /// Two layers, two measures, one of which needs no explanation.
  private static func report(_ text: String) -> ScoreReport {
    let indexes = [1, 5].map { layer in
      ScoreReport.Index(
        name: text, path: text, site: text, layer: layer, model: text, autoencoder: text,
        tried: 7, explained: 6,
        tables: [
          .init(
            measure: text,
            rows: [
              .init(name: text, count: 6, mean: mean(0.3)),
              .init(name: "failed", count: 1, mean: nil),
            ], total: .init(name: "total", count: 7, mean: mean(0.3))),
          .init(
            measure: "monosemanticity", rows: [],
            total: .init(name: "total", count: 3, mean: mean(0.5, chance: nil))),
        ])
    }
    return ScoreReport(indexes: indexes, notes: [text])
  }

  @Test(arguments: HostileText.examples.indices)
  func hostileTextsChangeNothingOfThePage(_ example: Int) {
    let html = ScorePage(Self.report(HostileText.examples[example])).html
    #expect(
      HostileText.skeleton(html)
        == HostileText.skeleton(ScorePage(Self.report("plain")).html))
  }

  @Test func thePageRunsNothingAndFetchesNothing() {
    let html = ScorePage(Self.report("iou")).html
    #expect(!html.contains("<script") && !html.contains("script-src"))
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(html.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
  }

  @Test func thePageTellsWhatIsLeftOut() {
    let html = ScorePage(Self.report("iou")).html
    #expect(html.contains("14 of 2 indexes") && html.contains("12 are explained"))
    #expect(html.contains("6 of the 12 explained features have this measure"))
    #expect(html.contains("<td><bdi>failed</bdi></td><td class=\"number\">1</td>"))
  }

  /// Read by the rules of RFC 4180.
  private func cells(_ csv: String) -> [[String]] {
    var (rows, row, cell, isQuoted) = ([[String]](), [String](), "", false)
    let scalars = Array(csv.unicodeScalars)
    var place = 0
    while place < scalars.count {
      let scalar = scalars[place]
      if isQuoted {
        if scalar == "\"", place + 1 < scalars.count, scalars[place + 1] == "\"" {
          cell.unicodeScalars.append(scalar)
          place += 1
        } else if scalar == "\"" {
          isQuoted = false
        } else {
          cell.unicodeScalars.append(scalar)
        }
      } else if scalar == "\"" {
        isQuoted = true
      } else if scalar == "," || scalar == "\n" {
        row.append(cell.hasSuffix("\r") ? String(cell.unicodeScalars.dropLast()) : cell)
        cell = ""
        if scalar == "\n" {
          rows.append(row)
          row = []
        }
      } else {
        cell.unicodeScalars.append(scalar)
      }
      place += 1
    }
    return rows
  }

  @Test(arguments: HostileText.examples.indices)
  func theTableIsCSVWhateverNamesHold(_ example: Int) throws {
    let text = HostileText.examples[example] + ",\"quoted\"\r\nline"
    let rows = cells(Self.report(text).csv)
    #expect(rows.count == 1 + 2 * (3 + 1) && rows.allSatisfy { $0.count == 12 })
    #expect(rows[1][0] == text && rows[1][3] == text)
    #expect(
      Array(rows[1][5...]) == ["6", "3", "0.3", "0.1", "0.02", "0.002", "0.15"], "\(rows[1])")
    #expect(Array(rows[2][5...]) == ["1", "0", "", "", "", "", "0.0"])
    #expect(Array(rows[4][4...]) == ["total", "3", "3", "0.5", "0.1", "", "", "0.25"])
  }

  @Test func valuesThatAreNoNumbersBreakNoDrawing() {
    var report = Self.report("iou")
    for value in [Double.infinity, -.infinity, .nan, 1e308] {
      report.indexes[0].tables[0].total.mean?.value = value
      report.indexes[0].tables[0].total.mean?.deviation = value
      report.indexes[0].tables[0].total.mean?.chance = value
      let html = ScorePage(report).html
      #expect(!html.contains("cy=\"nan") && !html.contains("cy=\"inf"))
    }
  }
}
