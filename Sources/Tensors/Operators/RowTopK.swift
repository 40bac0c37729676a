import CKernels

/// The k largest values of each row of a matrix `[T, M]` that arrives in tiles of columns, so that the whole of it never exists.
///
/// Exact: by descending value, equal values by ascending column. NaN and −∞ are never taken; −0 counts as 0.
package struct RowTopK: Sendable {
  package let rows: Int
  package let k: Int
  private var nextColumn = 0
  /// Candidates of each row, `capacity` places a row: the k largest so far are among them. A key compares as (value, lower
  /// column); see `kernel_collect_above`.
  private var keys: [UInt64]
  private var counts: [Int]
  /// A value must be above this to be among the k largest: columns arrive in order, so that an equal one comes too late.
  private var thresholds: [Float]
  private let capacity: Int

  /// The places beside k: candidates are cut back to k when they are full, which costs less the rarer it is.
  private static let leastRoom = 64

  package init(rows: Int, k: Int) {
    precondition(rows >= 0 && k >= 0 && k <= Int32.max, "the \(k) largest of \(rows) rows")
    self.rows = rows
    self.k = k
    capacity = k + max(k, Self.leastRoom)
    keys = Array(repeating: 0, count: rows * capacity)
    counts = Array(repeating: 0, count: rows)
    thresholds = Array(repeating: -.infinity, count: rows)
  }

  /// Takes in columns `firstColumn…` of every row, which follow the columns taken in before; `positiveOnly` leaves out values
  /// that are not above zero.
  package mutating func merge(
    _ tile: Matrix, firstColumn: Int, positiveOnly: Bool, team: ThreadTeam? = nil
  ) {
    precondition(tile.rows == rows, "a tile of \(tile.rows) rows for \(rows)")
    precondition(
      firstColumn >= nextColumn && firstColumn + tile.columns <= Int32.max,
      "column \(firstColumn) after \(nextColumn) columns")
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

  /// The columns of the largest values of row `row` so far, by descending value; fewer than k where there are fewer.
  package func indices(row: Int) -> [Int32] {
    largest(row).map { Int32(truncatingIfNeeded: ~UInt32(truncatingIfNeeded: $0)) }
  }

  /// Their values, descending.
  package func values(row: Int) -> [Float] {
    largest(row).map { key in
      let bits = UInt32(truncatingIfNeeded: key >> 32)
      return Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
    }
  }

  private func largest(_ row: Int) -> ArraySlice<UInt64> {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    return keys[row * capacity..<row * capacity + counts[row]].sorted(by: >).prefix(k)
  }
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
    var candidates = unsafe UnsafeMutableBufferPointer(rebasing: keys[..<count])
    unsafe candidates.sort(by: >)
    unsafe count = k
    let bits = unsafe UInt32(truncatingIfNeeded: keys[k - 1] >> 32)
    unsafe threshold = Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
  }
}
