import ArgumentParser
import JSON
import Kernel
import Reports

/// Tables of scores of explanations.
struct ReportScoresCommand: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument { case html, csv, json }

  static let configuration = CommandConfiguration(
    commandName: "scores",
    abstract: "Write tables of scores: by kind of concept, by layer and against chance.",
    discussion: """
      Takes one or several indexes, such as one for each layer, with the scores that "lucarne \
      score", "lucarne dissect" and "lucarne rate" added. Features that are uninterpretable or \
      failed have rows of their own and count as 0 in each mean of all. Without --format, \
      scores.html, scores.csv and scores.json are written into the folder --output, or one file \
      where its name ends with .html, .csv or .json.
      """)

  @Argument(help: "The index files.")
  var indexes: [String]

  @Option(help: "The folder to write to, created if it does not exist, or the file.")
  var output: String

  @Option(help: "Write one file of this format (default: all three into a folder).")
  var format: Format?

  func run() throws {
    let report = try LocalScores.report(ofIndexes: indexes.map(absolutePath))
    guard !report.measures.isEmpty else { throw NoScores(paths: report.indexes.map(\.path)) }
    let path = absolutePath(output)
    if let format = format ?? Format.allCases.first(where: { path.hasSuffix(".\($0.rawValue)") }) {
      try write(report, as: format, to: path)
    } else {
      try makeFolder(path)
      for format in Format.allCases {
        try write(report, as: format, to: "\(path)/scores.\(format.rawValue)")
      }
    }
  }

  private func write(_ report: ScoreReport, as format: Format, to path: String) throws {
    let text =
      switch format {
      case .html: ScorePage(report).html
      case .csv: report.csv
      case .json: String(decoding: try report.json.bytes(), as: UTF8.self) + "\n"
      }
    try writeFile(Array(text.utf8), to: path)
    tell(path)
  }
}

/// There is nothing to make tables of.
struct NoScores: Error, CustomStringConvertible {
  let paths: [String]

  var description: String {
    "there are no scores in \(paths.joined(separator: ", ")): \"lucarne score\" measures them"
  }
}

extension ScoreReport {
  /// The tables as values: numbers are those of the CSV.
  var json: JSONValue {
    ["indexes": .array(indexes.map(\.json)), "notes": .array(notes.map { .string($0) })]
  }
}

extension ScoreReport.Index {
  fileprivate var json: JSONValue {
    [
      "path": .string(path), "site": .string(site),
      "layer": layer.map { .integer(Int64($0)) } ?? .null, "model": .string(model),
      "autoencoder": .string(autoencoder), "latents": .integer(Int64(tried)),
      "explained": .integer(Int64(explained)),
      "tables": .array(
        tables.map { table in
          [
            "measure": .string(table.measure), "rows": .array(table.rows.map(\.json)),
            "total": table.total.json,
          ]
        }),
    ]
  }
}

extension ScoreReport.Row {
  fileprivate var json: JSONValue {
    func number(_ value: Double?) -> JSONValue {
      value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
    }
    return [
      "concept": .string(name), "latents": .integer(Int64(count)),
      "scored": .integer(Int64(mean?.count ?? 0)), "mean": number(mean?.value),
      "deviation": number(mean?.deviation), "chance": number(mean?.chance),
      "chanceDeviation": number(mean?.chanceDeviation), "meanOfAll": number(mean?.overAll ?? 0),
    ]
  }
}
