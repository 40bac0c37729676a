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
    if branches.isEmpty { return [] }
    // Later starts first: each branch then leaves the keys before the next one's start alone.
    let order = branches.indices.sorted { branches[$0].start > branches[$1].start }
    let outputs = try blocks.forward(
      order.map { branches[$0] }, over: range, after: cache, cancellation: cancellation)
    var results = branches.map { _ in Matrix(rows: 0, columns: hiddenSize) }
    for (index, output) in zip(order, outputs) {
      try requireFinite(output, at: Site(range.upperBound).name)
      results[index] = output
    }
    return results
  }
}
