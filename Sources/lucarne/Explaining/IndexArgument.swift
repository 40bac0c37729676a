import ArgumentParser
import FeatureIndex
import Kernel
import World

/// The index that a command reads or adds to.
struct IndexArgument: ParsableArguments {
  @Argument(help: "The index file.")
  var index: String

  /// Its absolute path, after a look at it: that it is an index.
  /// - Throws: `FeatureIndexError`.
  func path() throws -> String { try FeatureIndexStore.open(at: absolutePath(index)).path }

  /// Its absolute path, after a look at it: that it is an index, and may be written to.
  /// - Throws: `ReadOnlyIndex`, `FeatureIndexError`.
  func writablePath() throws -> String {
    let path = absolutePath(index)
    if InstalledIndex(path: World(in: worldPlaces())?.index).isSame(as: path) {
      throw ReadOnlyIndex(path: path)
    }
    return try self.path()
  }
}

/// The index that ships is everybody's, so that nobody adds to it.
struct ReadOnlyIndex: Error, CustomStringConvertible {
  let path: String

  var description: String {
    """
    \(path) ships with lucarne and is read-only: "lucarne index copy my.index" makes a copy of it \
    that can be written
    """
  }
}
