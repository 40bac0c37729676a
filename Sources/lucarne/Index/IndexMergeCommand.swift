import ArgumentParser
import FeatureIndex
import Glibc
import KernelProtocol
import Reports

/// Puts shards of one corpus together.
struct IndexMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge indexes of parts of one corpus into one index.",
    discussion: "The result is identical to the index of a single build of the whole corpus.")

  @Argument(help: "The new index file.")
  var index: String

  @Argument(help: "The index files to merge.")
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
