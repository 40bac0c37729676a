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
    var (cache, tap) = (prefix ?? makeCache(), SiteTap())
    return try forwardSaving(
      x, over: Range(blocks: range), cache: &cache, rows: n, keeping: detail, tap: &tap,
      cancellation: cancellation)
  }

  /// The same from a point of the residual stream to the end of a block, with a cache that the new
  /// keys and values join. `onBlock` hears of each block that is done.
  package func forwardSaving(
    _ x: Matrix, over range: Range<StreamPoint>, cache: inout KeyValueCache, rows n: Int = 1,
    keeping detail: SavedDetail = .states, tap: inout SiteTap, onBlock: (Int) -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> SavedForward {
    precondition(!range.isEmpty && range.upperBound <= end, "no such blocks")
    precondition(!range.upperBound.isMiddle, "half a block at the end")
    precondition(n >= 1 && n <= x.rows && x.columns == hiddenSize, "no such rows")
    tap.meet(Site(range.lowerBound), x)
    let start = firstPosition(of: x, at: range.lowerBound, cache: cache)
    let saved = try blocks.forwardSaving(
      x, over: range, from: start, cache: &cache, rows: n, keeping: detail, tap: &tap,
      onBlock: onBlock, cancellation: cancellation)
    try requireFinite(saved.output, at: Site(range.upperBound).name)
    return saved
  }

  /// The gradient at the input x `[t, D]` of a saved run from that of its output `[n, D]`.
  package func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule = .derivative,
    cancellation: Cancellation = .never
  ) throws -> Matrix {
    let start = saved.range.lowerBound
    let found = try pullback(
      saved, outputGradient: outputGradient, rule: rule, at: [start], cancellation: cancellation)
    return found[start]?.gradient ?? outputGradient.asLastRows(of: saved.tokenCount)
  }

  /// The same at some points of the residual stream that the run passed, its two ends included, in
  /// one way back. It ends at the lowest of them.
  package func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule = .derivative,
    at points: Set<StreamPoint>, cancellation: Cancellation = .never
  ) throws -> [StreamPoint: StreamGradient] {
    precondition(
      outputGradient.rows == saved.output.rows && outputGradient.columns == hiddenSize,
      "a gradient of another shape")
    precondition(
      points.allSatisfy { $0 == saved.range.upperBound || saved.range.contains($0) },
      "a point outside of the run")
    var found: [StreamPoint: StreamGradient] = [:]
    try blocks.pullback(
      saved, outputGradient: outputGradient, rule: rule, at: points, cancellation: cancellation
    ) { point, met in
      try requireFinite(met.gradient, at: "the gradient at \(Site(point).name)")
      found[point] = StreamGradient(
        gradient: met.gradient.asLastRows(of: saved.tokenCount), biasShare: met.biasShare)
    }
    return found
  }

  /// The gradient `[D]` of Σ weight · logit(token) at one row `[D]` of the last block's raw output.
  /// Reads only the named rows of the head. Tokens must lie in 0..<V.
  package func logitGradient(
    _ row: [Float], direction: [(token: Int, weight: Float)], rule: PullbackRule = .derivative
  ) throws -> [Float] {
    let rows = headWeight.gather(rows: direction.map(\.token))  // [n, D]
    let weights = Matrix(rows: 1, columns: direction.count, values: direction.map(\.weight))
    return try finalNormPullback(row, outputGradient: product(weights, rows), rule: rule)
  }

  /// The same for a weight on every logit, `[V]`: what a log-probability needs.
  package func logitGradient(
    _ row: [Float], logitWeights: [Float], rule: PullbackRule = .derivative
  ) throws -> [Float] {
    let weights = Matrix(rows: 1, columns: vocabularySize, values: logitWeights)
    return try finalNormPullback(row, outputGradient: blocks.headPullback(weights), rule: rule)
  }

  /// The log-probability of a token at one row `[D]` and its gradient there `[D]`.
  package func logProbability(
    _ row: [Float], token: Int, rule: PullbackRule = .derivative
  ) throws -> (value: Float, gradient: [Float]) {
    let logits = try logits(Matrix(rows: 1, columns: hiddenSize, values: row)).row(0)
    var weights = softmax(logits).map { -$0 }
    weights[token] += 1
    return (
      logits[token] - logSumExp(logits), try logitGradient(row, logitWeights: weights, rule: rule)
    )
  }

  private func finalNormPullback(
    _ row: [Float], outputGradient: Matrix, rule: PullbackRule
  ) throws -> [Float] {
    let x = Matrix(rows: 1, columns: hiddenSize, values: row)
    return try finalNorm.pullback(x, outputGradient: outputGradient, rule: rule).row(0)
  }
}
