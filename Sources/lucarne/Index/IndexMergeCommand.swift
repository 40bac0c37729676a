import ArgumentParser
import FeatureIndex
import Glibc
import KernelProtocol
import Reports

/// Puts shards of one corpus together.
struct IndexMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Make one index of several that hold parts of one corpus.",
    discussion: "The result is the index that one build of the whole corpus would have made.")

  @Argument(help: "The new index's file.")
  var index: String

  @Argument(help: "The shards' files.")
  var inputs: [String]

  func run() throws {
    let stop = Interruption()
    var line = ProgressLine()
    let report: (Double) -> Bool = { share in
      line.show("\(NumberText.fixed(100 * share, 0)) %")
      return !stop.isRequested
    }
    let merged = Result { () throws -> IndexFacts in
      try FeatureIndexStore.merge(
        inputs.map(absolutePath), into: absolutePath(index), progress: report)
    }
    line.end()
    if stop.isRequested, case .failure = merged { throw ExitCode(130) }
    tell("\(absolutePath(index)): \(try merged.get().items) items")
  }
}
