import Tensors

/// The k largest positive values of each row of a matrix [rows, M] that arrives in tiles of
/// columns, exact, equal values by rising column.
///
/// Each row collects what exceeds its k-th largest value so far, as keys that order as wanted, and
/// is cut back to k when its room is full: a value that cannot be among the k costs one comparison.
struct TopKSelection: Sendable {
  let rows: Int
  let k: Int
  /// Room of a row: enough beyond k that cutting back is rare.
  private let capacity: Int
  private var keys: [UInt64]
  private var counts: [Int]
  /// What a value must exceed to be collected: 0, or the k-th largest once there are k.
  private var thresholds: [Float]

  init(rows: Int, k: Int, columns: Int) {
    self.rows = rows
    self.k = k
    capacity = Self.capacity(k: k, columns: columns)
    keys = [UInt64](repeating: 0, count: rows * capacity)
    counts = [Int](repeating: 0, count: rows)
    thresholds = [Float](repeating: 0, count: rows)
  }

  /// More than k, lest a row be cut back to what fills it; not more than can come.
  private static func capacity(k: Int, columns: Int) -> Int {
    max(k + 1, min(2 * k + 64, columns))
  }

  /// The bytes that a selection keeps.
  static func byteCount(rows: Int, k: Int, columns: Int) -> Int {
    rows * (capacity(k: k, columns: columns) * 8 + 12)
  }

  /// Takes in columns `firstColumn`… of every row. Tiles come in the order of their columns, and
  /// hold finite numbers only.
  mutating func merge(_ tile: Matrix, firstColumn: Int, team: ThreadTeam) {
    precondition(tile.rows == rows)
    let (rows, k, capacity, columns) = (rows, k, capacity, tile.columns)
    unsafe tile.withElements { values in
      unsafe keys.withUnsafeMutableBufferPointer { keys in
        unsafe counts.withUnsafeMutableBufferPointer { counts in
          unsafe thresholds.withUnsafeMutableBufferPointer { thresholds in
            nonisolated(unsafe) let (values, keys) = unsafe (values, keys)
            nonisolated(unsafe) let (counts, thresholds) = unsafe (counts, thresholds)
            let parts = min(rows, team.threadCount * 4)
            team.run(parts) { part in
              for row in (rows * part / parts)..<(rows * (part + 1) / parts) {
                guard let first = unsafe keys.baseAddress else { return }
                var collector = unsafe RowCollector(
                  keys: first + row * capacity, capacity: capacity, k: k, count: counts[row],
                  threshold: thresholds[row])
                unsafe collector.scan(values + row * columns, columns, firstColumn)
                unsafe counts[row] = collector.count
                unsafe thresholds[row] = collector.threshold
              }
            }
          }
        }
      }
    }
  }

  /// The columns and values of a row, by falling value.
  func row(_ row: Int) -> (columns: [Int32], values: [Float]) {
    let start = row * capacity
    let best = keys[start..<start + counts[row]].sorted(by: >).prefix(k)
    return (
      best.map { Int32(bitPattern: ~UInt32(truncatingIfNeeded: $0)) },
      best.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 >> 32)) }
    )
  }
}

/// One row's collection while a tile is scanned.
@safe private struct RowCollector {
  let keys: UnsafeMutablePointer<UInt64>
  let capacity: Int
  let k: Int
  var count: Int
  var threshold: Float

  @inline(__always)
  mutating func scan(_ values: UnsafePointer<Float>, _ columns: Int, _ firstColumn: Int) {
    for column in 0..<columns {
      let value = unsafe values[column]
      guard value > threshold else { continue }
      // Bits of positive numbers order as the numbers do; the column's complement puts the lower
      // one first.
      let low = ~UInt32(truncatingIfNeeded: firstColumn + column)
      unsafe keys[count] = UInt64(value.bitPattern) << 32 | UInt64(low)
      count += 1
      if count == capacity { cutBack() }
    }
  }

  /// Keeps the k largest keys, in any order (Hoare's selection).
  private mutating func cutBack() {
    var (low, high) = (0, count - 1)
    while low < high {
      let pivot = unsafe keys[low + (high - low) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while unsafe keys[left] > pivot { left += 1 }
        while unsafe keys[right] < pivot { right -= 1 }
        guard left <= right else { break }
        let moved = unsafe keys[left]
        unsafe keys[left] = unsafe keys[right]
        unsafe keys[right] = moved
        left += 1
        right -= 1
      }
      if k - 1 <= right {
        high = right
      } else if k - 1 >= left {
        low = left
      } else {
        break
      }
    }
    count = k
    // Place k − 1 now holds the k-th largest.
    threshold = unsafe Float(bitPattern: UInt32(truncatingIfNeeded: keys[k - 1] >> 32))
  }
}
