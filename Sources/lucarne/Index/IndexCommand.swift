import ArgumentParser

/// What can be done with an index of features.
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract:
      "Build, copy, merge, check and exchange indexes: where each feature of an autoencoder is "
      + "most active.",
    subcommands: [
      IndexBuildCommand.self, IndexCopyCommand.self, IndexMergeCommand.self,
      IndexCheckCommand.self, IndexExportCommand.self, IndexImportCommand.self,
    ])
}
