import ArgumentParser
import FeatureIndex
import Reports
import World

/// Makes an index of one's own of another, such as the one that ships.
struct IndexCopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy an index, by default the one that ships, to a file that can be written.",
    discussion: """
      The index that ships with lucarne is read-only. A copy can be annotated, explained and scored.
      """)

  @Argument(help: "The new index file.")
  var index: String

  @Option(help: "The index file to copy (default: the one that ships).")
  var from: String?

  func run() throws {
    guard let source = try from.map(absolutePath) ?? shippedWorld().index else {
      throw ValidationError("--from is missing, and no index ships with this lucarne")
    }
    let stop = Interruption()
    var line = ProgressLine()
    let path = absolutePath(index)
    let store = try FeatureIndexStore.open(at: source)
    let report: (Double) -> Bool = { share in
      line.show("\(NumberText.fixed(100 * share, 0)) %")
      return !stop.isRequested
    }
    let copied = Result { try store.copy(to: path, progress: report) }
    line.end()
    if stop.isRequested, case .failure = copied { throw ExitCode(130) }
    try copied.get()
    tell("\(path): \(try store.facts().items) items")
  }
}
