import ArgumentParser
import FeatureIndex
import Kernel
import Reports
import World

/// Pages of an index's features.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Write web pages about features: where they are most active, how they were explained, and "
      + "how well that holds; and of what was asked and answered.",
    discussion: """
      Each page is a single HTML file that loads nothing else. Pictures are read again from where \
      the index \
      found them; the page says which are missing or have changed.
      """,
    subcommands: [
      ReportFeatureCommand.self, ReportIndexCommand.self, ReportScoresCommand.self,
      ReportAnswersCommand.self, ReportSessionCommand.self,
    ])
}

/// What both commands take.
struct ReportPlace: ParsableArguments {
  @Option(help: "The index file (default: the one that ships).")
  var index: String?

  @Option(help: "The folder to write to; created if it does not exist.")
  var output: String

  @Option(help: "Exemplars to show per ranking and view.")
  var exemplars = 12

  @Option(help: "The autoencoder's name on the pages.")
  var name = "sae"

  func validate() throws {
    guard (1...100).contains(exemplars) else {
      throw ValidationError("--exemplars is \(exemplars), expected 1 to 100")
    }
  }

  func reports() throws -> LocalReports {
    guard let path = try index.map(absolutePath) ?? shippedWorld().index else {
      throw ValidationError("--index is missing, and no index ships with this lucarne")
    }
    var reports = try LocalReports(indexPath: path, autoencoder: name)
    reports.exemplars = exemplars
    return reports
  }

  var folder: String { absolutePath(output) }

  func write(_ page: String, to name: String) throws {
    try makeFolder(folder)
    try writeFile(Array(page.utf8), to: folder + "/" + name)
  }
}

/// Pages of some features.
struct ReportFeatureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feature", abstract: "Write one page for each given feature.")

  @Argument(help: "The features' numbers.")
  var features: [Int]

  @OptionGroup var place: ReportPlace

  func run() throws {
    let reports = try place.reports()
    let overview = isFile(place.folder + "/index.html")
    var folder = ReportFolder(place.folder)
    folder.add(pages: features)
    for feature in features {
      let file = LocalReports.fileName(ofLatent: feature)
      let card = folder.card(ofLatent: feature) ?? (overview ? "index.html" : nil)
      try place.write(
        reports.page(ofLatent: feature, overview: card, address: folder.address), to: file)
      tell("\(place.folder)/\(file)")
    }
  }
}

/// The overview of an index.
struct ReportIndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Write a searchable overview of all active features.",
    discussion: """
      Each page lists up to --page-size features, sixty at a time; its search covers that page. \
      --limit sets how \
      many \
      features are listed in all, in the order given by --by. --pages also writes a page for each \
      listed \
      feature.
      """)

  @OptionGroup var place: ReportPlace

  @Option(help: "The order of features: latent, frequency or max.")
  var by = "frequency"

  @Option(parsing: .unconditional, help: "The largest number of features to list.")
  var limit = 10_000

  @Option(help: "Features per page.")
  var pageSize = 2_000

  @Flag(help: "Also write a page for each listed feature.")
  var pages = false

  func validate() throws {
    guard LatentOrder(rawValue: by) != nil else {
      throw ValidationError("--by is \"\(by)\", expected latent, frequency or max")
    }
    guard (1...1_000_000).contains(limit) else {
      throw ValidationError("--limit is \(limit), expected 1 to 1000000")
    }
    guard (1...10_000).contains(pageSize) else {
      throw ValidationError("--page-size is \(pageSize), expected 1 to 10000")
    }
  }

  func run() throws {
    let reports = try place.reports()
    let order = LatentOrder(rawValue: by) ?? .frequency
    let listed = try reports.listing(by: order, limit: limit)
    let latents = listed.map(\.latent)
    var linked = ReportFolder(place.folder).pages
    if pages { linked.formUnion(latents) }
    let pageCount = max(1, (listed.count + pageSize - 1) / pageSize)
    let summary = try reports.summary()
    for page in 1...pageCount {
      let entries = try reports.entries(
        listed.dropFirst((page - 1) * pageSize).prefix(pageSize), linked: linked)
      let file = IndexPage.fileName(ofPage: page)
      try place.write(
        IndexPage(
          title: "Features", summary: summary, entries: entries, page: page, pageCount: pageCount
        ).html, to: file)
      tell("\(place.folder)/\(file): \(NumberText.counted(entries.count, "feature"))")
    }
    guard pages else { return }
    var folder = ReportFolder(place.folder)
    folder.add(pages: latents)
    for (done, latent) in latents.enumerated() {
      try place.write(
        reports.page(
          ofLatent: latent, overview: folder.card(ofLatent: latent), address: folder.address),
        to: LocalReports.fileName(ofLatent: latent))
      if (done + 1) % 100 == 0 { tell("\(done + 1) of \(latents.count) pages") }
    }
  }
}
