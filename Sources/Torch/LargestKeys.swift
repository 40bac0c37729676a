package import Tensors

/// The k largest values of rows whose candidates come in any order, equal ones by lower column.
package struct LargestKeys {
  /// Which values are taken, and by what they are compared.
  package enum Kept: Sendable, CaseIterable {
    /// Those above zero.
    case positive
    /// All.
    case any
    /// All but zero, by their magnitudes.
    case magnitudes
  }

  package let k: Int
  package let kept: Kept
  /// Of each row at most k, falling. A key compares as (value, lower column); its last bit is the
  /// sign that a magnitude has lost.
  private var keys: [[UInt64]]

  package init(rows: Int, k: Int, of kept: Kept) {
    precondition(rows >= 0 && k >= 0, "the \(k) largest of \(rows) rows")
    (self.k, self.kept) = (k, kept)
    keys = Array(repeating: [], count: rows)
  }

  /// What values are compared by.
  func order(_ value: Float) -> Float { kept == .magnitudes ? value.magnitude : value }

  /// Whether a value may be taken at all.
  func wants(_ value: Float) -> Bool { order(value) > (kept == .any ? -.infinity : 0) }

  /// Takes in values of a row; no column may come twice.
  package mutating func take(_ values: [Float], columns: [Int], row: Int) {
    let least = keys[row].count == k ? keys[row].last ?? 0 : 0
    for (value, column) in zip(values, columns) where wants(value) {
      let key = key(value, column: column)
      if key > least { keys[row].append(key) }
    }
    keys[row].sort(by: >)
    keys[row].removeLast(max(0, keys[row].count - k))
  }

  /// By row, the largest first.
  package func matrix(columns: Int) -> SparseMatrix {
    var offsets = [0]
    for row in keys { offsets.append((offsets.last ?? 0) + row.count) }
    return SparseMatrix(
      columns: columns, offsets: offsets,
      indices: keys.joined().map {
        Int32(truncatingIfNeeded: ~UInt32(truncatingIfNeeded: $0) >> 1)
      },
      values: keys.joined().map(Self.value))
  }

  private func key(_ value: Float, column: Int) -> UInt64 {
    let bits = (order(value) + 0).bitPattern  // −0 becomes 0
    let turned = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    let isTurned = kept == .magnitudes && value < 0
    let place = UInt32(truncatingIfNeeded: column) << 1 | (isTurned ? 1 : 0)
    return UInt64(turned) << 32 | UInt64(~place)
  }

  private static func value(_ key: UInt64) -> Float {
    let bits = UInt32(truncatingIfNeeded: key >> 32)
    let order = Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
    return key & 1 == 0 ? -order : order
  }
}
