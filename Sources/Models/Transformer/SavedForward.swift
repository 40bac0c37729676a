package import Tensors

/// How much `Decoder.forwardSaving` keeps. The gradient is the same to the bit; only its cost
/// differs.
package enum SavedDetail: Sendable, Equatable {
  /// The states between the halves of each block; the feed-forward half runs again for the
  /// pullback.
  case states
  /// The feed-forward half's activations as well, in bfloat16. As `states` with products in
  /// float32.
  case statesAndGates
}

/// What `Decoder.forwardSaving` keeps for `Decoder.pullback`.
package struct SavedForward: Sendable {
  /// The blocks that were run.
  package let blocks: Range<Int>
  /// t, the rows of the input.
  package let tokenCount: Int
  /// The output of the last block for the last n rows, `[n, D]`.
  package let output: Matrix
  let saved: [DecoderBlock.Saved]
  /// What is added to its tokens between blocks.
  let additions: BlockAdditions

  /// Bytes held. Keys and values count although a cache may share them.
  package var byteCount: Int {
    saved.reduce(output.rows * output.columns * 4) { $0 + $1.byteCount }
  }

  /// The input `[t, D]` of one of the blocks.
  package func input(ofBlock block: Int) -> Matrix { saved[block - blocks.lowerBound].input }

  /// The same run from a later block on.
  package func suffix(from block: Int) -> SavedForward {
    precondition(blocks.contains(block), "block \(block) of \(blocks)")
    return SavedForward(
      blocks: block..<blocks.upperBound, tokenCount: tokenCount, output: output,
      saved: Array(saved.dropFirst(block - blocks.lowerBound)), additions: additions)
  }

  /// This run, which went on from the keys and values of the first `rows` tokens of `earlier`, as
  /// one run over both: the gradient then reaches the earlier tokens, too. Of the last block both
  /// have computed less than all rows, and what this run has stays.
  package func continuing(_ earlier: SavedForward, rows: Int) -> SavedForward {
    precondition(earlier.blocks == blocks && rows <= earlier.tokenCount, "another run")
    let joined = zip(earlier.saved, saved).enumerated().map { index, pair in
      let isLast = index == saved.count - 1
      return pair.1.continuing(pair.0, rows: rows, isLast: isLast)
    }
    return SavedForward(
      blocks: blocks, tokenCount: rows + tokenCount, output: output, saved: joined,
      additions: additions)
  }
}

extension DecoderBlock.Saved {
  var byteCount: Int {
    let a = attention
    let unnormed = [a.unnormedQueries, a.unnormedKeys, unnormedUpdate, unnormedInner]
      .compactMap(\.self)
    let matrices =
      [input, middle, a.queries, a.keys, a.values, a.mixed, a.logSumExp] + unnormed
    return matrices.reduce(feedForward?.byteCount ?? 0) { $0 + $1.rows * $1.columns * 4 }
  }

  /// This block's run with the first `rows` rows of an earlier one before it. The last block of a
  /// range keeps its outputs' rows alone, but the inputs of all.
  fileprivate func continuing(
    _ earlier: DecoderBlock.Saved, rows: Int, isLast: Bool
  ) -> DecoderBlock.Saved {
    let (old, new) = (earlier.attention, attention)
    func both(_ a: Matrix, _ b: Matrix) -> Matrix { isLast ? b : all(a, b) }
    func paired(_ a: Matrix?, _ b: Matrix?) -> (Matrix, Matrix)? {
      a.flatMap { a in b.map { (a, $0) } }
    }
    func all(_ a: Matrix, _ b: Matrix) -> Matrix {
      Matrix(stacking: [a.slice(rows: 0..<rows), b])
    }
    var result = DecoderBlock.Saved(
      input: all(earlier.input, input),
      middle: both(earlier.middle, middle),
      unnormedUpdate: paired(earlier.unnormedUpdate, unnormedUpdate).map(both),
      unnormedInner: paired(earlier.unnormedInner, unnormedInner).map(both),
      attention: DecoderAttention.Saved(
        queries: both(old.queries, new.queries), keys: new.keys, values: new.values,
        mixed: both(old.mixed, new.mixed), logSumExp: both(old.logSumExp, new.logSumExp),
        unnormedQueries: paired(old.unnormedQueries, new.unnormedQueries).map(both),
        unnormedKeys: paired(old.unnormedKeys, new.unnormedKeys).map(all),
        positions: Positions(
          after: old.positions.first, count: rows + new.positions.count,
          in: new.positions.places),
        spans: new.spans))
    if isLast {
      result.feedForward = feedForward
    } else if let before = earlier.feedForward, let after = feedForward {
      result.feedForward = FeedForward.Saved(
        gate: RoundedMatrix(stacking: [before.gate.slice(rows: 0..<rows), after.gate]),
        up: RoundedMatrix(stacking: [before.up.slice(rows: 0..<rows), after.up]))
    }
    return result
  }
}
