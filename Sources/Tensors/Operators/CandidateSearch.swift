import CKernels

/// The k largest positive elements of each row of y = x·Wᵀ + b, x `[T, in]`, W `[M, in]`, or those
/// above a level of each output, exactly those of the float32 product, from a rounded product.
///
/// The rounded product ỹ comes in tiles of columns. |y − ỹ| is bounded for every element (see
/// `ErrorBound`), so that the k-th largest lower end of a row is a threshold that its k largest
/// elements reach, and only elements whose upper end reaches it are kept. Of these, first the k
/// with the largest lower ends are computed in float32, whose least is a better threshold, then the
/// others that may reach it. Levels are thresholds from the beginning.
package struct CandidateSearch {
  package let rows: Int
  package let k: Int
  private let x: Matrix
  private let weight: WeightMatrix
  private let bias: [Float]
  /// What is added to a rounded element before it is held against its row's threshold: the bias,
  /// less the level of its output where there is one.
  private let offsets: [Float]
  private let rounded: RoundedWeights
  private let product: RoundedProduct
  private let bound: ErrorBound
  private let compute: Compute
  private let capacity: Int
  private var keys: [UInt64]
  private var counts: [Int]
  private var thresholds: [Float]
  private var full: [Bool]
  private var tile = Matrix(rows: 0, columns: 0)

  /// - Returns: nil where a sum might overflow or is not a number, so that no bound holds.
  /// - Parameter rounded: of `weight`.
  package init?(
    _ x: Matrix, _ weight: WeightMatrix, bias: [Float], rounded: RoundedWeights, k: Int,
    compute: Compute
  ) {
    self.init(
      x, weight, bias: bias, offsets: bias, magnitudes: bias, rounded: rounded, k: k,
      capacity: Self.capacity(k: k, columns: weight.rows), compute: compute)
  }

  /// The elements above `levels`, one an output; a row with more than `capacity` is full.
  package init?(
    _ x: Matrix, _ weight: WeightMatrix, bias: [Float], above levels: [Float],
    rounded: RoundedWeights, capacity: Int, compute: Compute
  ) {
    precondition(levels.count == bias.count, "\(levels.count) levels for \(bias.count) outputs")
    // Taking a level off a bias costs a rounding of the difference at most, which a bound for
    // both magnitudes together covers as it does that of adding a bias.
    self.init(
      x, weight, bias: bias, offsets: zip(bias, levels).map { $0 - $1 },
      magnitudes: zip(bias, levels).map { abs($0) + abs($1) }, rounded: rounded, k: 0,
      capacity: min(capacity, weight.rows) + Self.step, compute: compute)
    thresholds = Array(repeating: 0, count: rows)
  }

  private init?(
    _ x: Matrix, _ weight: WeightMatrix, bias: [Float], offsets: [Float], magnitudes: [Float],
    rounded: RoundedWeights, k: Int, capacity: Int, compute: Compute
  ) {
    precondition(k >= 0 && weight.rows <= Int32.max - 64 && x.rows <= Int32.max, "\(k) largest")
    guard let bound = ErrorBound(x, rounded, bias: magnitudes, compute: compute) else { return nil }
    (rows, self.k, self.x, self.weight, self.bias) = (x.rows, k, x, weight, bias)
    (self.offsets, self.rounded, self.bound, self.compute) = (offsets, rounded, bound, compute)
    product = RoundedProduct(x, rounded, compute: compute)
    self.capacity = capacity
    keys = Array(repeating: 0, count: rows * capacity)
    counts = Array(repeating: 0, count: rows)
    // Nothing below the least positive float is wanted.
    thresholds = Array(repeating: .leastNonzeroMagnitude, count: rows)
    full = Array(repeating: false, count: rows)
  }

  /// Candidates that the kernel looks for at once: it stops where fewer may not fit.
  private static let step = 64

  /// Room for the candidates that a bound of a fifth of the elements' spread leaves, twice over.
  private static func capacity(k: Int, columns: Int) -> Int {
    min(columns, max(k.multipliedReportingOverflow(by: 8).partialValue, 1_024)) + step
  }

  /// At most the bytes that a search keeps beside x and its tiles: packed activations, candidates
  /// and the places of those that are computed.
  package static func byteCount(rows: Int, inputs: Int, k: Int, columns: Int) -> Int {
    byteCount(
      rows: rows, inputs: inputs, places: capacity(k: k, columns: columns), columns: columns)
  }

  /// The same of a search above levels with so large a `capacity`.
  package static func byteCount(rows: Int, inputs: Int, capacity: Int, columns: Int) -> Int {
    byteCount(rows: rows, inputs: inputs, places: min(capacity, columns) + step, columns: columns)
  }

  private static func byteCount(rows: Int, inputs: Int, places: Int, columns: Int) -> Int {
    rows * (inputs * 2 + places * 24 + 160) + columns * 24
  }

  /// Looks at the rounded elements of the columns `range`, but not at `excluded` among them.
  package mutating func look(
    at range: Range<Int>, excluding excluded: [(row: Int, column: Int)] = []
  ) {
    product.write(range, to: &tile)
    for place in excluded {
      tile[place.row, place.column - range.lowerBound] = -.infinity
    }
    let (tile, columns, path) = (tile, range.count, compute.path.code)
    unsafe forEachRow(work: columns / 8) { row, bounds, candidates in
      unsafe tile.withPointer {
        unsafe kernel_search_row(
          path, bounds, $0 + row * columns, columns, range.lowerBound, candidates)
      }
    }
  }

  /// Computes in float32 what may be among the k largest. No tile may come after it.
  package mutating func computeCandidates(cancellation: Cancellation) throws(CancellationError) {
    let path = compute.path.code
    unsafe forEachRow(work: capacity) { _, bounds, candidates in
      unsafe kernel_cut_candidates(path, bounds, candidates)
    }
    let first = counts.map { min($0, k) }
    try computeElements(from: [Int](repeating: 0, count: rows), to: first, cancellation)
    raiseThresholds(from: first)
    unsafe forEachRow(work: capacity, from: first) { _, bounds, candidates in
      unsafe candidates.pointee.wanted = 0
      unsafe kernel_cut_candidates(path, bounds, candidates)
    }
    try computeElements(from: first, to: counts, cancellation)
  }

  /// Computes in float32 what may lie above the levels. No tile may come after it.
  package mutating func computeAll(cancellation: Cancellation) throws(CancellationError) {
    try computeElements(from: [Int](repeating: 0, count: rows), to: counts, cancellation)
  }

  /// Elements of a row that may lie above their levels, all that do among them, in float32 and in
  /// any order.
  package func elements(row: Int) -> [(column: Int, value: Float)] {
    precondition(!full[row], "row \(row) has more candidates than are kept")
    return keys[row * capacity..<row * capacity + counts[row]].map {
      (Self.column($0), Self.value($0))
    }
  }

  /// Whether a row has more candidates than are kept: its elements must be computed in another way.
  package func isFull(row: Int) -> Bool { full[row] }

  /// The k largest positive elements of a row and `others`, by falling value, equal ones by rising
  /// column.
  package func largest(row: Int, among others: [(column: Int, value: Float)] = [])
    -> (indices: [Int32], values: [Float])
  {
    precondition(!full[row], "row \(row) has more candidates than are kept")
    var found = Array(keys[row * capacity..<row * capacity + counts[row]])
    found += others.map { Self.key($0.value, column: $0.column) }
    found = found.filter { Self.value($0) > 0 }
    if found.count > k, k > 0 {
      let count = found.count
      unsafe found.withUnsafeMutableBufferPointer {
        unsafe _ = kernel_select_largest($0.baseAddress, count, k)
      }
    }
    found.removeLast(max(0, found.count - k))
    found.sort(by: >)
    return (
      found.map { Int32(truncatingIfNeeded: Self.column($0)) }, found.map { Self.value($0) }
    )
  }

  // MARK: Keys, which compare as (value, lower column): see `kernel_collect_above`.

  private static func key(_ value: Float, column: Int) -> UInt64 {
    let bits = (value + 0).bitPattern
    let turned = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    return UInt64(turned) << 32 | UInt64(~UInt32(truncatingIfNeeded: column))
  }

  private static func value(_ key: UInt64) -> Float {
    let bits = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: bits >> 31 == 1 ? bits & 0x7fff_ffff : ~bits)
  }

  private static func column(_ key: UInt64) -> Int {
    Int(~UInt32(truncatingIfNeeded: key))
  }

  // MARK: Steps

  /// Calls `body` for every row that is not full, with its candidates from place `from[row]` on.
  private mutating func forEachRow(
    work: Int, from: [Int]? = nil,
    _ body:
      @Sendable (Int, UnsafePointer<kernel_bounds>, UnsafeMutablePointer<kernel_candidates>)
      -> Void
  ) {
    let (rows, capacity, k, team) = (rows, capacity, k, compute.team)
    let (bound, offsets, rounded) = (bound, offsets, rounded)
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        unsafe thresholds.withUnsafeMutableBufferPointer { thresholds in
          unsafe full.withUnsafeMutableBufferPointer { full in
            nonisolated(unsafe) let (keys, counts, thresholds, full) = unsafe (
              keys, counts, thresholds, full
            )
            forRowRanges(rows: rows, columns: work, team: team) { range in
              unsafe bound.withKernelBounds(offsets: offsets, rounded: rounded) { bounds in
                for row in range where unsafe !full[row] {
                  let first = from?[row] ?? 0
                  var candidates = unsafe kernel_candidates(
                    keys: keys.baseAddress.map { unsafe $0 + row * capacity + first },
                    capacity: capacity - first, count: counts[row] - first, wanted: k,
                    norm_factor: bound.normFactors[row], error_factor: bound.errorFactors[row],
                    threshold: thresholds[row], full: 0)
                  unsafe body(row, bounds, &candidates)
                  unsafe counts[row] = candidates.count + first
                  unsafe thresholds[row] = candidates.threshold
                  unsafe full[row] = candidates.full != 0
                }
              }
            }
          }
        }
      }
    }
  }

  /// After the k first candidates of a row are computed: their least is reached by the k largest.
  private mutating func raiseThresholds(from first: [Int]) {
    for row in 0..<rows where !full[row] && first[row] == k && k > 0 {
      let begin = row * capacity
      let least = keys[begin..<begin + k].min().map { Self.value($0) } ?? 0
      thresholds[row] = max(thresholds[row], least)
    }
  }

  /// Puts the keys of float32 elements in the place of the candidates
  /// from[row]..<to[row] of each row.
  private mutating func computeElements(
    from: [Int], to: [Int], _ cancellation: Cancellation
  ) throws(CancellationError) {
    var starts = [Int](repeating: 0, count: weight.rows + 1)
    for row in 0..<rows where !full[row] {
      for key in keys[row * capacity + from[row]..<row * capacity + to[row]] {
        starts[Self.column(key) + 1] += 1
      }
    }
    for column in 0..<weight.rows { starts[column + 1] += starts[column] }
    var next = starts
    let count = starts[weight.rows]
    var places = [Int](repeating: 0, count: count)
    var placeRows = [Int32](repeating: 0, count: count)
    for row in 0..<rows where !full[row] {
      for place in row * capacity + from[row]..<row * capacity + to[row] {
        let column = Self.column(keys[place])
        places[next[column]] = place
        placeRows[next[column]] = Int32(truncatingIfNeeded: row)
        next[column] += 1
      }
    }
    let values = try elementProduct(
      x, weight, bias: bias, at: OutputPlaces(starts: starts, rows: placeRows), compute: compute,
      cancellation: cancellation)
    for (place, value) in zip(places, values) {
      keys[place] = Self.key(value, column: Self.column(keys[place]))
    }
  }
}
