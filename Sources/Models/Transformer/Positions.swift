/// Where rows stand in their sequence, as the rotary embedding counts them: `[T]`, one after the
/// other.
///
/// A family that counts in several directions (time, height and width, `[T, 3]`) adds them here;
/// keys and values are counted apart, by `KeyValueCache`.
struct Positions: Sendable, Equatable {
  /// Of the first row.
  let first: Int
  /// T.
  let count: Int

  /// `count` rows after `seen` others.
  init(after seen: Int, count: Int) {
    first = seen
    self.count = count
  }

  /// Those of the last `rows` rows.
  func suffix(_ rows: Int) -> Positions { Positions(after: first + count - rows, count: rows) }
}
