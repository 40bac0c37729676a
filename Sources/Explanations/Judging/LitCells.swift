package import FeatureIndex
import Images
package import Randomness

/// The cells of a picture's grid that are shown bright, everything else darkened.
package struct LitCells: Sendable, Hashable {
  package let grid: GridSize
  /// Row-major.
  package private(set) var isLit: [Bool]

  /// Those where a latent is active, any activity counting, as in the published pipeline.
  package init(_ map: ActivationMap, on grid: GridSize) {
    self.grid = grid
    isLit = Array(repeating: false, count: grid.count)
    for (position, value) in zip(map.positions, map.values)
    where Int(position) < grid.count && value >= ActivationMask.threshold {
      isLit[Int(position)] = true
    }
  }

  private init(grid: GridSize, isLit: [Bool]) {
    self.grid = grid
    self.isLit = isLit
  }

  package var count: Int { isLit.count(where: \.self) }

  // MARK: Others like it

  /// As many cells, none of them the same: the whole shape moved to one of the places where it does
  /// not meet itself, around the edges only where there is no other; where there is none at all,
  /// single cells at random.
  ///
  /// - Returns: nil where fewer cells are dark than lit, or none is lit.
  package func elsewhere(_ random: inout SplitMix64) -> LitCells? {
    let lit = isLit.indices.filter { isLit[$0] }
    guard !lit.isEmpty, 2 * lit.count <= isLit.count else { return nil }
    let shifts = (1..<isLit.count).filter { shift in
      lit.allSatisfy { !isLit[moved($0, by: shift)] }
    }
    let whole = shifts.filter { keepsTogether(lit, by: $0) }
    var other = LitCells(grid: grid, isLit: Array(repeating: false, count: isLit.count))
    if let shift = (whole.isEmpty ? shifts : whole).drawn(1, &random).first {
      for cell in lit { other.isLit[moved(cell, by: shift)] = true }
    } else {
      for cell in isLit.indices.filter({ !isLit[$0] }).drawn(lit.count, &random) {
        other.isLit[cell] = true
      }
    }
    return other
  }

  /// The same share of another grid, in the same shape as far as it goes, at a random place.
  package func laid(on other: GridSize, _ random: inout SplitMix64) -> LitCells {
    guard other.count > 0, !isLit.isEmpty else {
      return LitCells(grid: other, isLit: Array(repeating: false, count: other.count))
    }
    let wanted = max(
      1, Int((Double(count) / Double(isLit.count) * Double(other.count)).rounded()))
    let shift = Int(random.next(below: UInt64(other.count)))
    var cells = LitCells(grid: other, isLit: Array(repeating: false, count: other.count))
    for row in 0..<other.rows {
      for column in 0..<other.columns {
        let own =
          (2 * row + 1) * grid.rows / (2 * other.rows) * grid.columns
          + (2 * column + 1) * grid.columns / (2 * other.columns)
        if isLit[own] {
          cells.isLit[cells.moved(row * other.columns + column, by: shift)] = true
        }
      }
    }
    let surplus = cells.count - wanted
    let candidates = cells.isLit.indices.filter { cells.isLit[$0] == (surplus > 0) }
    for cell in candidates.drawn(abs(surplus), &random) { cells.isLit[cell].toggle() }
    return cells
  }

  /// The cell that is so many rows and columns on, around the edges.
  private func moved(_ cell: Int, by shift: Int) -> Int {
    let row = (cell / grid.columns + shift / grid.columns) % grid.rows
    let column = (cell % grid.columns + shift % grid.columns) % grid.columns
    return row * grid.columns + column
  }

  /// Whether none of the cells goes around an edge, or all do.
  private func keepsTogether(_ cells: [Int], by shift: Int) -> Bool {
    let rows = Set(cells.map { ($0 / grid.columns + shift / grid.columns) / grid.rows })
    let columns = Set(cells.map { ($0 % grid.columns + shift % grid.columns) / grid.columns })
    return rows.count == 1 && columns.count == 1
  }

  /// The lit cells as places where something is active.
  package var map: ActivationMap {
    let lit = isLit.indices.filter { isLit[$0] }
    return ActivationMap(
      positions: lit.map { UInt16($0) }, values: Array(repeating: 1, count: lit.count))
  }
}

extension Collection {
  /// So many elements at random, each once, in the order in which they were drawn; all where there
  /// are fewer.
  func drawn(_ count: Int, _ random: inout SplitMix64) -> [Element] {
    var left = Array(self)
    var found: [Element] = []
    while found.count < count, !left.isEmpty {
      let place = Int(random.next(below: UInt64(left.count)))
      found.append(left[place])
      left.swapAt(place, left.count - 1)
      left.removeLast()
    }
    return found
  }
}
