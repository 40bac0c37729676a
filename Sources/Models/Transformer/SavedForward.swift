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
  /// What was run: from a point of the residual stream to the end of a block.
  package let range: Range<StreamPoint>
  /// The position of the first row.
  let start: Int
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

  /// The same run from a later point on.
  package func suffix(from point: StreamPoint) -> SavedForward {
    precondition(range.contains(point), "a point outside of the run")
    var rest = Array(saved.dropFirst(point.block - range.lowerBound.block))
    if point.isMiddle { rest[0].attention = nil }
    return SavedForward(
      range: point..<range.upperBound, start: start, tokenCount: tokenCount, output: output,
      saved: rest, additions: additions)
  }

  /// This run, which went on from the keys and values of the first `rows` tokens of `earlier`, as
  /// one run over both: the gradient then reaches the earlier tokens, too. Of the last block both
  /// have computed less than all rows, and what this run has stays.
  package func continuing(_ earlier: SavedForward, rows: Int) -> SavedForward {
    precondition(earlier.range == range && rows <= earlier.tokenCount, "another run")
    let joined = zip(earlier.saved, saved).enumerated().map { index, pair in
      let isLast = index == saved.count - 1
      return pair.1.continuing(pair.0, rows: rows, isLast: isLast)
    }
    return SavedForward(
      range: range, start: earlier.start, tokenCount: rows + tokenCount, output: output,
      saved: joined, additions: additions)
  }
}

extension DecoderBlock.Saved {
  var byteCount: Int {
    let matrices = [middle] + [unnormedInner].compactMap(\.self) + (attention?.matrices ?? [])
    return matrices.reduce(feedForward?.byteCount ?? 0) { $0 + $1.rows * $1.columns * 4 }
  }

  /// This block's run with the first `rows` rows of an earlier one before it. The last block of a
  /// range keeps its outputs' rows alone, but the inputs of all.
  fileprivate func continuing(
    _ earlier: DecoderBlock.Saved, rows: Int, isLast: Bool
  ) -> DecoderBlock.Saved {
    func asked(_ a: Matrix, _ b: Matrix) -> Matrix { isLast ? b : a.beginning(rows, then: b) }
    var result = DecoderBlock.Saved(
      attention: earlier.attention.flatMap { old in
        attention.map { $0.continuing(old, rows: rows, isLast: isLast) }
      },
      middle: asked(earlier.middle, middle),
      unnormedInner: earlier.unnormedInner.flatMap { old in
        unnormedInner.map { asked(old, $0) }
      })
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

extension DecoderBlock.AttentionHalf {
  fileprivate var matrices: [Matrix] {
    let unnormed = [saved.unnormedQueries, saved.unnormedKeys, unnormedUpdate]
      .compactMap(\.self)
    return [input, saved.queries, saved.keys, saved.values, saved.mixed, saved.logSumExp]
      + unnormed
  }

  fileprivate func continuing(
    _ earlier: DecoderBlock.AttentionHalf, rows: Int, isLast: Bool
  ) -> DecoderBlock.AttentionHalf {
    let (old, new) = (earlier.saved, saved)
    func all(_ a: Matrix, _ b: Matrix) -> Matrix { a.beginning(rows, then: b) }
    func asked(_ a: Matrix, _ b: Matrix) -> Matrix { isLast ? b : all(a, b) }
    func paired(_ a: Matrix?, _ b: Matrix?) -> (Matrix, Matrix)? {
      a.flatMap { a in b.map { (a, $0) } }
    }
    return DecoderBlock.AttentionHalf(
      input: all(earlier.input, input),
      unnormedUpdate: paired(earlier.unnormedUpdate, unnormedUpdate).map(asked),
      saved: DecoderAttention.Saved(
        queries: asked(old.queries, new.queries), keys: new.keys, values: new.values,
        mixed: asked(old.mixed, new.mixed), logSumExp: asked(old.logSumExp, new.logSumExp),
        unnormedQueries: paired(old.unnormedQueries, new.unnormedQueries).map(asked),
        unnormedKeys: paired(old.unnormedKeys, new.unnormedKeys).map(all),
        positions: Positions(
          after: old.positions.first, count: rows + new.positions.count,
          in: new.positions.places),
        spans: new.spans))
  }
}

extension Matrix {
  /// The first `rows` of these rows with others behind them.
  fileprivate func beginning(_ rows: Int, then others: Matrix) -> Matrix {
    Matrix(stacking: [slice(rows: 0..<rows), others])
  }
}
