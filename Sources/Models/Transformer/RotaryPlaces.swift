package import Tensors

/// Where the tokens of a sequence stand, as the rotary embedding counts: one after the other, or
/// with pictures as grids ("M-RoPE" of Qwen2.5-VL and Qwen3-VL).
///
/// A token of a grid that begins at place p stands at p in time, at p + row and at p + column; what
/// follows goes on at p + max(rows, columns), so that tokens stand closer than they are many. A
/// text's token has the same place along all three axes. Keys and values are counted apart, by
/// `KeyValueCache`. Follows `get_rope_index` of transformers 5.24.
package struct RotaryPlaces: Sendable, Equatable {
  /// A picture's tokens, row by row.
  package struct Grid: Sendable, Equatable {
    /// The number of its first token in the sequence.
    package let first: Int
    package let rows: Int
    package let columns: Int

    package init(first: Int, rows: Int, columns: Int) {
      precondition(first >= 0 && rows > 0 && columns > 0, "a grid of \(rows) × \(columns)")
      self.first = first
      self.rows = rows
      self.columns = columns
    }

    var tokens: Range<Int> { first..<first + rows * columns }
    /// How many places fewer it takes than it has tokens.
    var saving: Int { rows * columns - max(rows, columns) }
  }

  /// Ascending and apart.
  package let grids: [Grid]

  /// No grids.
  package static let consecutive = RotaryPlaces([])

  package init(_ grids: [Grid]) {
    precondition(
      zip(grids, grids.dropFirst()).allSatisfy { $0.tokens.upperBound <= $1.first },
      "grids \(grids)")
    self.grids = grids
  }

  /// The places of the tokens `range`, along time, height and width.
  package func positions(of range: Range<Int>) -> RowPositions {
    let before = grids.filter { $0.tokens.upperBound <= range.lowerBound }
    var saved = before.reduce(0) { $0 + $1.saving }
    let inside = grids.filter { $0.tokens.overlaps(range) }
    guard !inside.isEmpty else { return .consecutive(from: range.lowerBound - saved) }
    var axes = Array(repeating: [Int](), count: 3)
    var next = range.lowerBound
    /// Tokens of text up to `end`.
    func text(to end: Int) {
      for token in next..<max(next, end) {
        for axis in 0..<3 { axes[axis].append(token - saved) }
      }
      next = max(next, end)
    }
    for grid in inside {
      text(to: grid.first)
      let place = grid.first - saved
      for token in grid.tokens.clamped(to: range) {
        let (row, column) = (token - grid.first).quotientAndRemainder(dividingBy: grid.columns)
        axes[0].append(place)
        axes[1].append(place + row)
        axes[2].append(place + column)
      }
      next = min(grid.tokens.upperBound, range.upperBound)
      saved += grid.saving
    }
    text(to: range.upperBound)
    return .listed(axes)
  }
}
