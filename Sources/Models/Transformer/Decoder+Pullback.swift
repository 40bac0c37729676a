package import Tensors

/// The way back: from logits to the input of any block. Only activations have gradients; the
/// weights are constants.
extension Decoder {
  /// Runs `range` on x `[t, D]` and keeps what `pullback` needs; of the last block only the last
  /// `rows` rows are computed. `prefix` holds the keys and values of earlier tokens, constants
  /// here.
  package func forwardSaving(
    _ x: Matrix, blocks range: Range<Int>, prefix: KeyValueCache? = nil, rows n: Int = 1,
    keeping detail: SavedDetail = .states, cancellation: Cancellation = .never
  ) throws -> SavedForward {
    var cache = prefix ?? makeCache()
    return try forwardSaving(
      x, blocks: range, cache: &cache, rows: n, keeping: detail, cancellation: cancellation)
  }

  /// The same with a cache that the new keys and values join. `onBlock` hears of each block that is
  /// done.
  package func forwardSaving(
    _ x: Matrix, blocks range: Range<Int>, cache: inout KeyValueCache, rows n: Int = 1,
    keeping detail: SavedDetail = .states, onBlock: (Int) -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> SavedForward {
    precondition(!range.isEmpty && range.upperBound <= blockCount, "no such blocks")
    precondition(n >= 1 && n <= x.rows && x.columns == hiddenSize, "no such rows")
    checkSpans(cache, blocks: range, rows: x.rows)
    var saved: [DecoderBlock.Saved] = []
    var residual = x
    for block in range {
      let wanted = block == range.upperBound - 1 ? n : x.rows
      let step = try blocks[block](
        residual, rows: wanted, cache: &cache, keepingGates: detail == .statesAndGates,
        cancellation: cancellation)
      residual = cache.traits.additions.added(
        to: step.output, behind: block, from: cache.count(block) - wanted)
      saved.append(step.saved)
      onBlock(block)
    }
    try requireFinite(residual, at: Site.residualPost(range.upperBound - 1).name)
    return SavedForward(
      blocks: range, tokenCount: x.rows, output: residual, saved: saved,
      additions: cache.traits.additions)
  }

  /// The gradient at x `[t, D]` from that of `saved.output` `[n, D]`.
  package func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule = .derivative,
    cancellation: Cancellation = .never
  ) throws -> Matrix {
    var biasShare = 0.0
    return try pullback(
      saved, outputGradient: outputGradient, rule: rule, biasShare: &biasShare,
      cancellation: cancellation)
  }

  /// The same; Σ bias · gradient over the biases of all projections on the way, and over what is
  /// added between blocks, is added to `biasShare`.
  package func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule,
    biasShare: inout Double, cancellation: Cancellation = .never
  ) throws -> Matrix {
    precondition(
      outputGradient.rows == saved.output.rows && outputGradient.columns == hiddenSize,
      "a gradient of another shape")
    var gradient = outputGradient
    for (block, kept) in zip(saved.blocks, saved.saved).reversed() {
      let positions = kept.attention.positions
      biasShare += saved.additions.share(
        of: gradient, behind: block, from: positions.first + positions.count - gradient.rows)
      gradient = try blocks[block].pullback(
        kept, outputGradient: gradient, rule: rule, biasShare: &biasShare,
        cancellation: cancellation)
    }
    try requireFinite(gradient, at: "the gradient at the input of block \(saved.blocks.lowerBound)")
    return gradient
  }

  /// The gradient `[D]` of Σ weight · logit(token) at one row `[D]` of the last block's raw output.
  /// Reads only the named rows of the head. Tokens must lie in 0..<V.
  package func logitGradient(
    _ row: [Float], direction: [(token: Int, weight: Float)], rule: PullbackRule = .derivative
  ) -> [Float] {
    let rows = headWeight.gather(rows: direction.map(\.token))  // [n, D]
    let weights = Matrix(rows: 1, columns: direction.count, values: direction.map(\.weight))
    return finalNormPullback(row, outputGradient: product(weights, rows), rule: rule)
  }

  /// The same for a weight on every logit, `[V]`: what a log-probability needs.
  package func logitGradient(
    _ row: [Float], logitWeights: [Float], rule: PullbackRule = .derivative
  ) -> [Float] {
    let weights = Matrix(rows: 1, columns: vocabularySize, values: logitWeights)
    return finalNormPullback(row, outputGradient: head.pullback(weights), rule: rule)
  }

  /// The log-probability of a token at one row `[D]` and its gradient there `[D]`.
  package func logProbability(
    _ row: [Float], token: Int, rule: PullbackRule = .derivative
  ) -> (value: Float, gradient: [Float]) {
    let logits = logits(Matrix(rows: 1, columns: hiddenSize, values: row)).row(0)
    var weights = softmax(logits).map { -$0 }
    weights[token] += 1
    return (
      logits[token] - logSumExp(logits), logitGradient(row, logitWeights: weights, rule: rule)
    )
  }

  private func finalNormPullback(
    _ row: [Float], outputGradient: Matrix, rule: PullbackRule
  ) -> [Float] {
    let x = Matrix(rows: 1, columns: hiddenSize, values: row)
    return finalNorm.pullback(x, outputGradient: outputGradient, rule: rule).row(0)
  }
}
