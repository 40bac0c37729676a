/// Why bytes are no JSON text, or why a value cannot become one.
package enum JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// `offset` counts bytes from 0.
  case syntax(reason: String, offset: Int)
  /// A number that JSON cannot carry; the path is as `.items[0].score`.
  case nonFinite(path: String)

  package var description: String {
    switch self {
    case .syntax(let reason, let offset): "\(reason) at byte \(offset)"
    case .nonFinite(let path): "\(path.isEmpty ? "value" : path): number is not finite"
    }
  }
}
