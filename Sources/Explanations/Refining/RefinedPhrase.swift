/// What a longer explanation is made into for a detector.
package enum RefinedPhrase: Sendable, Equatable {
  /// A short noun phrase, and the kind of concept that it names where it is known.
  case phrase(String, kind: ConceptKind?)
  /// It names nothing that could be looked for.
  case nothing

  /// Words of a phrase at most.
  package static let wordLimit = 8
}
