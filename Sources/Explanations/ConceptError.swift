/// A concept set that cannot be read, or whose pictures and masks do not fit.
package struct ConceptError: Error, Sendable, Equatable {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

extension ConceptError: CustomStringConvertible {
  package var description: String { "the concept set \(path) cannot be used: \(reason)" }
}
