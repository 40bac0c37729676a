import ArgumentParser
import Explanations
import FeatureIndex
import FoundationEssentials
import Kernel
import KernelProtocol
import Reports

/// Asks people whether explanations hold.
struct RateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate",
    abstract: "Ask people whether explanations hold: write a blind rating sheet, and read it back.",
    discussion: """
      With --output, a web page is written that shows for each question where a feature is \
      strongest, and a text: the feature's own explanation, or that of another feature, as a \
      decoy. The page loads nothing and sends nothing; raters save their answers as files. Which \
      texts are decoys stands in a key file beside the page, which raters should not get.

      With --read and --key, the answers are added to the index as scores of the kind people, \
      beside the share of decoys that were accepted, and it is told how far raters agree (Cohen's \
      kappa) with each other and with a judge's consistency. Give all raters' files in one run: a \
      later run's scores replace those of an earlier one.
      """)

  @OptionGroup var place: IndexArgument

  @Option(help: "The page to write; its key is written beside it, as NAME.key.json.")
  var output: String?

  @OptionGroup(title: "Features to draw questions from (default: all that are explained)")
  var features: LatentArguments

  @Option(help: "Questions on the sheet (default: 30).")
  var count: Int?

  @Option(help: "The share of questions with a decoy (default: 1/3).")
  var decoys: Double?

  @Option(help: "The seed by which questions and decoys are drawn (default: 0).")
  var seed: Int?

  @Option(help: "The view whose exemplars are shown (default: base).")
  var view: String?

  @Option(help: "What a feature's best places are: max, mean or mass (default: mean).")
  var rankBy: FeatureExamples.Ranking?

  @Option(help: "Exemplars to show of each feature (default: 5).")
  var exemplars: Int?

  @Option(help: "Pixels of a shown picture's longer side at most (default: 336).")
  var side: Int?

  @Option(
    name: .customLong("read"), parsing: .upToNextOption,
    help: "Files of answers to read, one for each rater.")
  var answers: [String] = []

  @Option(help: "The key of the sheet that was answered.")
  var key: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (output == nil) != answers.isEmpty else {
      throw ValidationError("give --output to write a sheet, or --read to read answers")
    }
    guard answers.isEmpty == (key == nil) else {
      throw ValidationError("--read and --key go together")
    }
    for (name, value, range) in [
      ("count", count, 1...1000), ("seed", seed, 0...Int.max), ("exemplars", exemplars, 1...50),
      ("side", side, 16...2048),
    ] {
      guard let value, !range.contains(value) else { continue }
      let most = range.upperBound == .max ? " or more" : " to \(range.upperBound)"
      throw ValidationError("--\(name) is \(value), expected \(range.lowerBound)\(most)")
    }
    if let decoys, !(0...1).contains(decoys) {
      throw ValidationError("--decoys is \(decoys), expected 0 to 1")
    }
  }

  func run() throws {
    if let output {
      try write(to: absolutePath(output))
    } else if let key {
      let ratings = try LocalRatings(indexPath: place.writablePath())
      let result = try ratings.read(answers: answers.map(absolutePath), key: absolutePath(key))
      try tellResult(RatedText(result).json, asJSON: json) { RatedText(result).lines }
    }
  }

  private func write(to path: String) throws {
    let ratings = try LocalRatings(indexPath: place.path())
    var options = ratings.options
    options.count = count ?? options.count
    options.decoyShare = decoys ?? options.decoyShare
    options.seed = seed ?? options.seed
    options.view = view.map { IndexView($0) } ?? options.view
    options.ranking = (rankBy ?? .mean).value
    options.exemplars = exemplars ?? options.exemplars
    options.side = side ?? options.side
    let sheet = try drawn(ratings, options)
    let keyPath = (path.hasSuffix(".html") ? String(path.dropLast(5)) : path) + ".key.json"
    try checkReplaceable(path)
    try check(keyPath, isOf: sheet.id)
    try writeFile(sheet.key, to: keyPath)
    try writeFile(Array(sheet.page.utf8), to: path)
    tell("\(path): \(NumberText.counted(sheet.itemCount, "question")), for raters")
    tell("\(keyPath): which \(sheet.decoyCount) of them have decoys, not for raters")
  }

  /// Without its key a sheet that was answered cannot be read back.
  private func check(_ keyPath: String, isOf sheet: String) throws {
    guard FileManager.default.fileExists(atPath: keyPath) else { return }
    if let key = try? RatingKey(path: keyPath), key.sheet == sheet { return }
    throw UnwritableOutput(
      path: keyPath,
      reason: "it exists and is not the key of this sheet: give another --output, or remove it")
  }

  private func drawn(
    _ ratings: LocalRatings, _ options: RatingSheet.Options
  ) throws -> LocalRatings.Sheet {
    try showingProgress { report in
      try ratings.sheet(of: try features.selection, options: options) { done, total in
        try report(
          progressText(.init(done: done, total: total), "questions"))
      }
    }
  }
}
