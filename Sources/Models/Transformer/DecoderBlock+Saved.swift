import Tensors

extension DecoderBlock.Saved: SavedBlock {
  var byteCount: Int {
    let all = [middle] + [unnormedInner].compactMap(\.self) + (attention?.all ?? [])
    return all.reduce(feedForward?.byteCount ?? 0) { $0 + $1.byteCount }
  }

  var withoutAttention: Self {
    var result = self
    result.attention = nil
    return result
  }

  /// The last block of a range keeps its outputs' rows alone, but the inputs of all.
  func continuing(
    _ earlier: any SavedBlock, rows: Int, isLast: Bool
  ) throws -> any SavedBlock {
    guard let earlier = earlier as? Self else {
      preconditionFailure("a saved run of another engine")
    }
    let joining = JoinedRows(engine: engine, rows: rows, isLast: isLast)
    var result = Self(
      attention: try earlier.attention.flatMap { old in
        try attention.map { try $0.continuing(old, joining) }
      },
      middle: try joining.asked(earlier.middle, middle),
      unnormedInner: try joining.asked(earlier.unnormedInner, unnormedInner), engine: engine)
    if isLast {
      result.feedForward = feedForward
    } else if let before = earlier.feedForward, let after = feedForward {
      result.feedForward = FeedForward<Engine>.Saved(
        gate: try engine.stacked([before.gate.slice(rows: 0..<rows), after.gate]),
        up: try engine.stacked([before.up.slice(rows: 0..<rows), after.up]))
    }
    return result
  }
}

extension DecoderBlock.AttentionHalf {
  fileprivate var all: [Engine.Rows] {
    let unnormed = [saved.unnormedQueries, saved.unnormedKeys, unnormedUpdate]
      .compactMap(\.self)
    return [input, saved.queries, saved.keys, saved.values, saved.mixed, saved.logSumExp]
      + unnormed
  }

  fileprivate func continuing(_ earlier: Self, _ joining: JoinedRows<Engine>) throws -> Self {
    let (old, new) = (earlier.saved, saved)
    return Self(
      input: try joining.all(earlier.input, input),
      unnormedUpdate: try joining.asked(earlier.unnormedUpdate, unnormedUpdate),
      saved: DecoderAttention<Engine>.Saved(
        queries: try joining.asked(old.queries, new.queries), keys: new.keys, values: new.values,
        mixed: try joining.asked(old.mixed, new.mixed),
        logSumExp: try joining.asked(old.logSumExp, new.logSumExp),
        unnormedQueries: try joining.asked(old.unnormedQueries, new.unnormedQueries),
        unnormedKeys: try joining.all(old.unnormedKeys, new.unnormedKeys),
        positions: Positions(
          after: old.positions.first, count: joining.rows + new.positions.count,
          in: new.positions.places),
        spans: new.spans))
  }
}

/// The first `rows` rows of an earlier run's tensor with a later one's behind them.
private struct JoinedRows<Engine: Operators> {
  let engine: Engine
  let rows: Int
  /// Whether the block is the last of its range.
  let isLast: Bool

  /// Of a tensor with a row for every token.
  func all(_ earlier: Engine.Rows, _ later: Engine.Rows) throws -> Engine.Rows {
    try engine.stacked([earlier.slice(rows: 0..<rows), later])
  }

  /// Of one with a row for every token that was asked for.
  func asked(_ earlier: Engine.Rows, _ later: Engine.Rows) throws -> Engine.Rows {
    isLast ? later : try all(earlier, later)
  }

  func all(_ earlier: Engine.Rows?, _ later: Engine.Rows?) throws -> Engine.Rows? {
    guard let earlier, let later else { return nil }
    return try all(earlier, later)
  }

  func asked(_ earlier: Engine.Rows?, _ later: Engine.Rows?) throws -> Engine.Rows? {
    guard let earlier, let later else { return nil }
    return try asked(earlier, later)
  }
}
