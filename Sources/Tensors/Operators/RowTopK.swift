import CKernels

/// The k largest values of each row of a matrix `[T, M]` that arrives in tiles of columns, so that
/// the whole of it never exists.
///
/// Exact: by descending value, equal values by ascending column. NaN and −∞ are
/// never taken; −0 counts as 0.
package struct RowTopK: Sendable {
  package let rows: Int
  package let k: Int
  private var nextColumn = 0
  /// Candidates of each row, `capacity` places a row: the k largest so far are among them. A key
  /// compares as (value, lower column); see `kernel_collect_above`.
  private var keys: [UInt64]
  private var counts: [Int]
  /// A value must be above this to be among the k largest: columns arrive in order, so that an
  /// equal one comes too late.
  private var thresholds: [Float]
  private let capacity: Int
  private let lastColumn: Int

  /// The places beside k: candidates are cut back to k when they are full, which
  /// costs less the rarer it is.
  private static let leastRoom = 64
  /// The places that the kernel must find free.
  private static let step = 16

  /// - Parameter columns: how many columns will come at most; fewer may take less memory.
  package init(rows: Int, k: Int, columns: Int = Int(Int32.max)) {
    precondition(rows >= 0 && k >= 0 && k <= Int32.max, "the \(k) largest of \(rows) rows")
    precondition(columns >= 0 && columns <= Int32.max, "\(columns) columns")
    self.rows = rows
    self.k = k
    lastColumn = columns
    capacity = Self.capacity(k: k, columns: columns)
    keys = Array(repeating: 0, count: rows * capacity)
    counts = Array(repeating: 0, count: rows)
    thresholds = Array(repeating: -.infinity, count: rows)
  }

  private static func capacity(k: Int, columns: Int) -> Int {
    min(k + max(k, leastRoom), columns + step)
  }

  /// About the bytes that a selection keeps.
  package static func byteCount(rows: Int, k: Int, columns: Int) -> Int {
    rows * (capacity(k: k, columns: columns) * 8 + 12)
  }

  /// Takes in columns `firstColumn…` of every row, which follow the columns taken in before;
  /// `positiveOnly` leaves out values that are not above zero.
  package mutating func merge(
    _ tile: Matrix, firstColumn: Int, positiveOnly: Bool, team: ThreadTeam? = nil
  ) {
    precondition(tile.rows == rows, "a tile of \(tile.rows) rows for \(rows)")
    precondition(
      firstColumn >= nextColumn && firstColumn + tile.columns <= lastColumn,
      "\(tile.columns) columns from \(firstColumn) after \(nextColumn) of \(lastColumn)")
    nextColumn = firstColumn + tile.columns
    guard k > 0 else { return }
    let (k, capacity) = (k, capacity)
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        unsafe thresholds.withUnsafeMutableBufferPointer { thresholds in
          nonisolated(unsafe) let (keys, counts, thresholds) = unsafe (keys, counts, thresholds)
          forRowRanges(rows: rows, columns: tile.columns, team: team) { range in
            for row in range {
              var candidates = unsafe Candidates(
                keys: .init(rebasing: keys[row * capacity..<(row + 1) * capacity]),
                count: counts[row],
                threshold: positiveOnly ? max(thresholds[row], 0) : thresholds[row])
              unsafe candidates.take(tile, row: row, firstColumn: firstColumn, k: k)
              unsafe counts[row] = candidates.count
              unsafe thresholds[row] = candidates.threshold
            }
          }
        }
      }
    }
  }

  /// The columns of the largest values of row `row` so far, by descending value; fewer than
  /// k where there are fewer.
  package func indices(row: Int) -> [Int32] { self.row(row).indices }

  /// Their values, descending.
  package func values(row: Int) -> [Float] { self.row(row).values }

  /// Both of them.
  package func row(_ row: Int) -> (indices: [Int32], values: [Float]) {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    var largest = Array(keys[row * capacity..<row * capacity + counts[row]])
    if largest.count > k {
      let count = largest.count
      unsafe largest.withUnsafeMutableBufferPointer { keys in
        if k > 0 { unsafe _ = kernel_select_largest(keys.baseAddress, count, k) }
      }
      largest.removeLast(count - k)
    }
    largest.sort(by: >)
    return (
      largest.map { Int32(truncatingIfNeeded: ~UInt32(truncatingIfNeeded: $0)) },
      largest.map(value(ofKey:))
    )
  }
}

/// The float in the high half of a key.
private func value(ofKey key: UInt64) -> Float {
  let bits = UInt32(truncatingIfNeeded: key >> 32)
  return Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
}

/// The candidates of one row while it takes in a tile.
@unsafe private struct Candidates {
  let keys: UnsafeMutableBufferPointer<UInt64>
  var count: Int
  var threshold: Float

  mutating func take(_ tile: Matrix, row: Int, firstColumn: Int, k: Int) {
    unsafe tile.withPointer { values in
      var begin = 0
      while begin < tile.columns {
        if unsafe keys.count - count < 16 { unsafe cut(to: k) }
        guard let free = unsafe UnsafeMutableBufferPointer(rebasing: keys[count...]).baseAddress
        else { return }
        var consumed = 0
        unsafe count += unsafe kernel_collect_above(
          KernelPath.best.code, values + row * tile.columns + begin, tile.columns - begin,
          threshold, UInt32(firstColumn + begin), free, keys.count - count, &consumed)
        begin += consumed
      }
    }
  }

  /// Keeps the k largest; later values must be above the last of them.
  private mutating func cut(to k: Int) {
    guard unsafe count > k else { return }
    let least = unsafe kernel_select_largest(keys.baseAddress, count, k)
    unsafe count = k
    unsafe threshold = value(ofKey: least)
  }
}
