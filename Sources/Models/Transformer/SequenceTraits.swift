/// What a sequence of tokens is beside its rows; it travels with their keys and values.
package struct SequenceTraits: Sendable, Equatable {
  /// Which tokens see each other both ways.
  package var spans: BidirectionalSpans
  /// Where tokens stand, as the rotary embedding counts.
  package var places: RotaryPlaces
  /// What is added to tokens between blocks, as far as it has been computed.
  package var additions: BlockAdditions

  /// Tokens that come one after the other and see those before them.
  package static let plain = SequenceTraits()

  package init(
    spans: BidirectionalSpans = .none, places: RotaryPlaces = .consecutive,
    additions: BlockAdditions = .none
  ) {
    self.spans = spans
    self.places = places
    self.additions = additions
  }
}
