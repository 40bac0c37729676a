import ArgumentParser
import FeatureIndex
import Glibc
import KernelProtocol

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
    let facts = try FeatureIndexStore.merge(inputs.map(absolutePath), into: absolutePath(index)) {
      line.show("\(NumberText.fixed(100 * $0, 0)) %")
      if stop.isRequested { throw ExitCode(130) }
    }
    line.end()
    print("\(absolutePath(index)): \(facts.items) items")
  }
}
