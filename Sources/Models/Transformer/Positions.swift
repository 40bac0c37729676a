import Tensors

/// Which rows of a sequence a run's are, and where they stand for the rotary embedding.
struct Positions: Sendable, Equatable {
  /// The number of the first row in its sequence.
  let first: Int
  /// T.
  let count: Int
  /// The sequence's.
  let places: RotaryPlaces

  /// `count` rows after `seen` others.
  init(after seen: Int, count: Int, in places: RotaryPlaces) {
    first = seen
    self.count = count
    self.places = places
  }

  /// Those of the last `rows` rows.
  func suffix(_ rows: Int) -> Positions {
    Positions(after: first + count - rows, count: rows, in: places)
  }

  /// As the rotary embedding counts them.
  var rows: RowPositions { places.positions(of: first..<first + count) }
}
