/// Which client of the process: what belongs to one is kept apart from what belongs to the others.
package struct ClientID: Hashable, Sendable, Comparable {
  /// Counted in the order of arrival and never used again.
  package let number: Int

  package init(_ number: Int) { self.number = number }

  /// The client of a process that has no other.
  package static let only = ClientID(0)

  package static func < (left: ClientID, right: ClientID) -> Bool { left.number < right.number }
}
