package import Tensors

/// How much `Decoder.forwardSaving` keeps. The gradient is the same to the bit; only its cost
/// differs.
package struct SavedDetail: Sendable, Equatable {
  /// Of how many of the last blocks the feed-forward half's activations are kept, in bfloat16,
  /// beside the states between the halves of each block. Of other blocks, and with products in
  /// float32, that half runs again for the pullback.
  package let gatedBlocks: Int

  package init(gatedBlocks: Int) { self.gatedBlocks = gatedBlocks }

  package static let states = SavedDetail(gatedBlocks: 0)
  package static let statesAndGates = SavedDetail(gatedBlocks: .max)
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
  /// By block; with the engine of the decoder that ran.
  let saved: [any SavedBlock]
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
    if point.isMiddle { rest[0] = rest[0].withoutAttention }
    return SavedForward(
      range: point..<range.upperBound, start: start, tokenCount: tokenCount, output: output,
      saved: rest, additions: additions)
  }

  /// This run, which went on from the keys and values of the first `rows` tokens of `earlier`, as
  /// one run over both: the gradient then reaches the earlier tokens, too. Of the last block both
  /// have computed less than all rows, and what this run has stays.
  package func continuing(_ earlier: SavedForward, rows: Int) throws -> SavedForward {
    precondition(earlier.range == range && rows <= earlier.tokenCount, "another run")
    let joined = try zip(earlier.saved, saved).enumerated().map { index, pair in
      let isLast = index == saved.count - 1
      return try pair.1.continuing(pair.0, rows: rows, isLast: isLast)
    }
    return SavedForward(
      range: range, start: earlier.start, tokenCount: rows + tokenCount, output: output,
      saved: joined, additions: additions)
  }
}

/// One block's share of a saved run, on some engine.
protocol SavedBlock: Sendable {
  var byteCount: Int { get }
  /// Without what the first half's pullback needs.
  var withoutAttention: Self { get }
  /// This block's run with the first `rows` rows of an earlier one of the same engine before it.
  func continuing(_ earlier: any SavedBlock, rows: Int, isLast: Bool) throws -> any SavedBlock
}
