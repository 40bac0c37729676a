/// Where rows stand, as a rotary embedding counts: one after the other, or each at positions of its
/// own along several axes.
package enum RowPositions: Sendable, Equatable {
  case consecutive(from: Int)
  /// By axis, `[rows]` each.
  case listed([[Int]])

  /// The position of a row along an axis.
  @inline(__always)
  subscript(row: Int, axis: Int) -> Int {
    switch self {
    case .consecutive(let first): first + row
    case .listed(let axes): axes[axis][row]
    }
  }

  func require(rows: Int, axes wanted: [Int]) {
    guard case .listed(let axes) = self else { return }
    precondition(
      axes.allSatisfy { $0.count == rows } && wanted.allSatisfy { $0 < axes.count },
      "positions of \(axes.map(\.count)) rows for \(rows)")
  }
}
