/// What is wrong with a value that should become a typed one, or with a typed one to be sent.
package enum WireError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A value of another type or range than expected.
  case mismatch(path: String, expected: String, found: String)
  /// A required member is absent.
  case missing(path: String)
  /// A number that JSON cannot carry.
  case nonFinite(path: String)

  package var description: String {
    switch self {
    case .mismatch(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .missing(let path): "\(path): required, but absent"
    case .nonFinite(let path): "\(path): number is not finite"
    }
  }
}
