/// What kind of concept a phrase names: those of the paper's tables (4.4 of its evaluation).
package enum ConceptKind: String, Sendable, CaseIterable {
  case scene, object, part, material, texture, colour
  /// Something of none of these kinds.
  case other

  /// - Parameter name: as somebody writes it: `Color` is `colour`.
  package init?(named name: String) {
    let bare = name.lowercased()
    self.init(rawValue: bare == "color" ? Self.colour.rawValue : bare)
  }
}
