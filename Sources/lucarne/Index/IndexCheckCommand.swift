import ArgumentParser
import FeatureIndex

/// Looks whether an index is sound.
struct IndexCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check an index file and print a digest of its contents.",
    discussion: """
      Two indexes with the same digest hold the same items, statistics, exemplars and maps, \
      whatever order \
      they were built in.
      """)

  @Argument(help: "The index file.")
  var index: String

  func run() throws {
    let store = try FeatureIndexStore.open(at: absolutePath(index))
    let failures = try store.integrityFailures()
    for failure in failures { tell(failure) }
    tell("items: \(try store.facts().items)")
    tell("content: \(try store.contentDigest().hexadecimal)")
    if !failures.isEmpty { throw ExitCode(1) }
  }
}
