import SystemReasons

/// The folder that a prompt file's relative paths start from is not absolute.
package struct PromptFolderError: Error, Sendable, Equatable {
  package let path: String
}

extension PromptFolderError: CustomStringConvertible {
  package var description: String {
    "the path \(quoted(path)) is refused: \"directory\" must be absolute"
  }
}
