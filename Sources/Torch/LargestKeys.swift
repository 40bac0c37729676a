import Tensors

/// The k largest values of rows whose candidates come in any order, equal ones by lower column.
///
/// A key compares as (value, lower column); those of k candidates at most are kept between tiles.
struct LargestKeys {
  let k: Int
  private let positiveOnly: Bool
  private var keys: [[UInt64]]

  init(rows: Int, k: Int, positiveOnly: Bool) {
    precondition(rows >= 0 && k >= 0, "the \(k) largest of \(rows) rows")
    (self.k, self.positiveOnly) = (k, positiveOnly)
    keys = Array(repeating: [], count: rows)
  }

  /// Whether a value may be taken at all.
  func wants(_ value: Float) -> Bool { positiveOnly ? value > 0 : value > -.infinity }

  mutating func take(_ values: [Float], columns: [Int], row: Int) {
    let least = keys[row].count == k ? keys[row].last ?? 0 : 0
    for (value, column) in zip(values, columns) where wants(value) {
      let key = Self.key(value, column: column)
      if key > least { keys[row].append(key) }
    }
    keys[row].sort(by: >)
    keys[row].removeLast(max(0, keys[row].count - k))
  }

  /// By row, by falling value.
  func matrix(columns: Int) -> SparseMatrix {
    var offsets = [0]
    for row in keys { offsets.append((offsets.last ?? 0) + row.count) }
    return SparseMatrix(
      columns: columns, offsets: offsets,
      indices: keys.joined().map { Int32(truncatingIfNeeded: ~UInt32(truncatingIfNeeded: $0)) },
      values: keys.joined().map(Self.value))
  }

  private static func key(_ value: Float, column: Int) -> UInt64 {
    let bits = (value + 0).bitPattern  // −0 becomes 0
    let turned = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    return UInt64(turned) << 32 | UInt64(~UInt32(truncatingIfNeeded: column))
  }

  private static func value(_ key: UInt64) -> Float {
    let bits = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
  }
}
