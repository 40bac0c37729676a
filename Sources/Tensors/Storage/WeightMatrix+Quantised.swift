import CKernels
import Synchronization

extension WeightMatrix {
  /// Elements that are made between two looks at `cancellation`: some 10 ms of two threads.
  private static let elementsPerStep = 1 << 24

  /// Symmetric 8-bit weights, a scale a row (an output): s = max|w| / 127 and q = w / s rounded
  /// to nearest, ties to even, so that w is q·s within s/2. A row of zeros has scale 0. The
  /// same bits on every machine.
  ///
  /// Throws `TensorError.notFinite` at the first row with NaN or infinity, and what `check` throws,
  /// which is asked several times a second.
  package func quantised(team: ThreadTeam, check: () throws -> Void = {}) throws -> WeightMatrix {
    precondition(type != .int8, "weights of 8 bits already")
    let integers = MatrixStorage(byteCount: rows * columns)
    integers.askForLargePages()
    var scales: [Float] = []
    scales.reserveCapacity(rows)
    let step = max(1, Self.elementsPerStep / max(1, columns))
    for first in stride(from: 0, to: rows, by: step) {
      try check()
      let range = first..<min(first + step, rows)
      scales += try quantise(range, into: integers, team: team)
    }
    return WeightMatrix(int8: integers, scales: scales, columns: columns)
  }

  /// Writes the integers of some rows and returns their scales.
  private func quantise(
    _ range: Range<Int>, into integers: MatrixStorage, team: ThreadTeam
  ) throws(TensorError) -> [Float] {
    let scales = MatrixStorage(capacity: range.count)
    let firstBad = Mutex<Int?>(nil)
    forRowRanges(rows: range.count, columns: columns, team: team) { part in
      let count = unsafe withAddress { address in
        let row = range.lowerBound + part.lowerBound
        let target = unsafe UnsafeMutableRawPointer(integers.pointer) + row * columns
        return unsafe kernel_quantise_rows(
          KernelPath.best.code, type.code, address + row * columns * type.byteCount,
          target.assumingMemoryBound(to: Int8.self), scales.pointer + part.lowerBound, part.count,
          columns)
      }
      guard count < part.count else { return }
      let bad = range.lowerBound + part.lowerBound + count
      firstBad.withLock { $0 = min($0 ?? bad, bad) }
    }
    if let row = firstBad.withLock({ $0 }) { throw .notFinite(row: row) }
    return withExtendedLifetime(scales) {
      unsafe Array(UnsafeBufferPointer(start: scales.pointer, count: range.count))
    }
  }
}
