package import Tensors

/// One of several continuations of the same tokens that run side by side.
package struct Branch: Sendable {
  /// Position of its first row; before it the branch has the common keys and values.
  package let start: Int
  /// Inputs of the first block, `[t, D]`.
  package let residual: Matrix
  /// n, how many of the last rows are asked for.
  package let rows: Int

  package init(start: Int, residual: Matrix, rows: Int) {
    precondition(rows >= 1 && rows <= residual.rows, "\(rows) of \(residual.rows) rows")
    self.start = start
    self.residual = residual
    self.rows = rows
  }
}

/// Several changed runs at once. Their rows go through every product together, so that short ones,
/// such as a change at the last position, read the weights once and not once each. Every row gets
/// the bits that it would get alone.
extension Decoder {
  /// The outputs of the range's last block, `[n, D]` a branch. `cache` holds the common keys and
  /// values and stays as it is. Each branch has each of the cache's spans whole or not at all.
  package func forward(
    _ branches: [Branch], blocks range: Range<Int>, after cache: KeyValueCache,
    cancellation: Cancellation = .never
  ) throws -> [Matrix] {
    try forward(
      branches, over: Range(blocks: range), after: cache, cancellation: cancellation)
  }

  /// The same from a point of the residual stream, whose values the branches have, to the end of a
  /// block.
  package func forward(
    _ branches: [Branch], over range: Range<StreamPoint>, after cache: KeyValueCache,
    cancellation: Cancellation = .never
  ) throws -> [Matrix] {
    precondition(range.upperBound <= end, "no such blocks")
    precondition(range.isEmpty || !range.upperBound.isMiddle, "half a block at the end")
    for branch in branches {
      let rows = branch.start..<branch.start + branch.residual.rows
      precondition(cache.spans.areWhole(in: rows), "rows \(rows) cut through \(cache.spans)")
    }
    // Later starts first: each branch then leaves the keys before the next one's start alone.
    let order = branches.indices.sorted { branches[$0].start > branches[$1].start }
    var spans = Spans(order.map { (branches[$0].start, branches[$0].residual.rows) })
    var x = Matrix(stacking: order.map { branches[$0].residual })
    for block in range.blocks where x.rows > 0 {
      let isLast = block == range.blocks.upperBound - 1
      x = try blocks[block](
        x, spans: spans, asking: isLast ? order.map { branches[$0].rows } : nil,
        fromMiddle: !range.contains(.input(of: block)), cache: cache, cancellation: cancellation)
      let ends = order.map { branches[$0].start + branches[$0].residual.rows }
      let counts = order.map { isLast ? branches[$0].rows : branches[$0].residual.rows }
      x = cache.traits.additions.added(
        to: x, behind: block, of: zip(ends, counts).map { $0 - $1..<$0 })
    }
    if range.isEmpty { x = spans.lastRows(order.map { branches[$0].rows }, of: x) }
    spans = Spans(order.map { (branches[$0].start, branches[$0].rows) })
    try requireFinite(x, at: Site(range.upperBound).name)
    var results = branches.map { _ in Matrix(rows: 0, columns: hiddenSize) }
    for (index, span) in zip(order, spans.all) { results[index] = x.slice(rows: span.range) }
    return results
  }
}

/// Where stacked branches lie: their first positions and their rows.
struct Spans {
  let all: [(start: Int, range: Range<Int>)]

  init(_ branches: [(start: Int, rows: Int)]) {
    var row = 0
    all = branches.map { branch in
      defer { row += branch.rows }
      return (branch.start, row..<row + branch.rows)
    }
  }

  /// The last rows of each branch, as many as `counts` says, stacked.
  func lastRows(_ counts: [Int], of x: Matrix) -> Matrix {
    if zip(all, counts).allSatisfy({ $0.range.count == $1 }) { return x }
    return Matrix(
      stacking: zip(all, counts).map {
        x.slice(rows: $0.range.upperBound - $1..<$0.range.upperBound)
      })
  }
}

extension DecoderBlock {
  /// The block, or its second half alone, on stacked branches `[Σt, D]`, of which only the last
  /// `asking` rows each are wanted: `[Σn, D]`.
  func callAsFunction(
    _ x: Matrix, spans: Spans, asking counts: [Int]?, fromMiddle: Bool, cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> Matrix {
    let counts = counts ?? spans.all.map(\.range.count)
    var middle = spans.lastRows(counts, of: x)
    if !fromMiddle {
      let update = try attention(
        attentionNorm(x), spans: spans, asking: counts, block: index, cache: cache,
        cancellation: cancellation)
      middle = middle + attentionUpdateNorm(update)
    }
    var tap = SiteTap()
    return try feedForwardHalf(middle, tap: &tap, cancellation: cancellation).output
  }
}

extension DecoderAttention {
  /// The update `[Σn, D]` of stacked branches, each over the common keys before its start and its
  /// own.
  func callAsFunction(
    _ x: Matrix, spans: Spans, asking counts: [Int], block: Int, cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> Matrix {
    try cancellation.check()
    let queries = query(spans.lastRows(counts, of: x))
    let (newKeys, newValues) = (key(x), value(x))
    var (keys, values) = (cache.keys[block], cache.values[block])
    var mixed: [Matrix] = []
    var row = 0
    for (span, count) in zip(spans.all, counts) {
      try cancellation.check()
      let positions = Positions(
        after: span.start, count: span.range.count, in: cache.traits.places)
      keys.truncate(rows: span.start)
      values.truncate(rows: span.start)
      keys.append(
        rotated(newKeys.slice(rows: span.range), norm: keyNorm, at: positions).rotated)
      values.append(newValues.slice(rows: span.range))
      let asked = rotated(
        queries.slice(rows: row..<row + count), norm: queryNorm, at: positions.suffix(count)
      ).rotated
      let end = span.start + span.range.count
      mixed.append(
        attention(
          asked, keys, values, shape: shape, firstQueryPosition: end - count,
          keyEnds: cache.spans.keyEnds(of: end - count..<end), compute: compute
        ).output)
      row += count
    }
    return output(Matrix(stacking: mixed))
  }
}
