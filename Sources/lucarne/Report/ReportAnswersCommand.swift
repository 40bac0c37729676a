import ArgumentParser
import FoundationEssentials
import JSON
import Kernel
import Reports

/// A page and tables of a model's answers to a benchmark.
struct ReportAnswersCommand: ParsableCommand {
  enum Format: String, CaseIterable, ExpressibleByArgument { case html, csv, json }

  static let configuration = CommandConfiguration(
    commandName: "answers",
    abstract: "Write what a benchmark's answers say: arms, help against harm, and what turned.",
    discussion: """
      Takes the file of answers that a run of "evaluation/run" wrote, or all parts of one run. \
      Without --format, answers.html, answers.csv and answers.json are written into the folder \
      --output, or one file where its name ends with .html, .csv or .json. The page shows \
      questions that interventions turned with their pictures, which travel inside it.
      """)

  @Argument(help: "The files of answers.")
  var files: [String]

  @Option(help: "The folder to write to, created if it does not exist, or the file.")
  var output: String

  @Option(help: "Write one file of this format (default: all three into a folder).")
  var format: Format?

  @Option(help: "The folder that the questions' pictures lie in (default: where the run had them).")
  var pictures: String?

  @Option(
    help: "A file of ratings of \"lucarne judge-answers\" on these answers; can be repeated.")
  var ratings: [String] = []

  func run() throws {
    let folder = pictures.map(absolutePath)
    if let folder {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder else {
        throw ValidationError("--pictures is \"\(folder)\", expected a folder that exists")
      }
    }
    let answers = try LocalAnswers(
      files: files.map(absolutePath), ratings: ratings.map(absolutePath))
    let report = answers.report(pictures: folder)
    let path = absolutePath(output)
    let inputs = (files + ratings).map(absolutePath)
    if let format = format ?? Format.allCases.first(where: { path.hasSuffix(".\($0.rawValue)") }) {
      try checkOutput(path, besides: inputs)
      try write(report, answers, as: format, to: path)
    } else {
      try makeFolder(path)
      let outputs = Format.allCases.map { ($0, "\(path)/answers.\($0.rawValue)") }
      for (_, output) in outputs { try checkOutput(output, besides: inputs) }
      for (format, output) in outputs { try write(report, answers, as: format, to: output) }
    }
  }

  private func write(
    _ report: AnswerReport, _ answers: LocalAnswers, as format: Format, to path: String
  ) throws {
    let text =
      switch format {
      case .html: AnswerPage(report).html
      case .csv: report.csv
      case .json: String(decoding: try answers.json().bytes(), as: UTF8.self) + "\n"
      }
    try writeFile(Array(text.utf8), to: path)
    tell(path)
  }
}
