/// Why a small file is not read.
package struct JSONFileError: Error, Equatable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// There is no such file.
    case missing
    /// It cannot be opened or read, or is no regular file.
    case unreadable
    /// It has more bytes than a file of its kind.
    case tooLarge
    /// It does not hold JSON.
    case malformed
    /// It holds another value where an object was expected.
    case notAnObject
  }

  package let kind: Kind
  package let path: String
  /// In words, without the path.
  package let reason: String

  init(_ kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }
}
