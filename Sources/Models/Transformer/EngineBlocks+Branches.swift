import Tensors

extension EngineBlocks {
  func forward(
    _ branches: [Branch], over range: Range<StreamPoint>, after cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> [Matrix] {
    let asked = branches.map(\.rows)
    let spans = Spans(branches.map { ($0.start, $0.residual.rows) })
    var x = try engine.stacked(branches.map { try engine.rows($0.residual) })
    for block in range.blocks where x.rows > 0 {
      let isLast = block == range.blocks.upperBound - 1
      x = try blocks[block](
        x, spans: spans, asking: isLast ? asked : nil,
        fromMiddle: !range.contains(.input(of: block)), cache: cache, cancellation: cancellation)
      let counts = isLast ? asked : branches.map(\.residual.rows)
      x = try cache.traits.additions.added(
        to: x, behind: block,
        of: zip(branches, counts).map { branch, count in
          let end = branch.start + branch.residual.rows
          return end - count..<end
        }, engine: engine)
    }
    if range.isEmpty { x = try spans.lastRows(asked, of: x, engine: engine) }
    return try Spans(branches.map { ($0.start, $0.rows) }).all.map {
      try engine.matrix(x.slice(rows: $0.range))
    }
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
  func lastRows<Engine: Operators>(
    _ counts: [Int], of x: Engine.Rows, engine: Engine
  ) throws -> Engine.Rows {
    if zip(all, counts).allSatisfy({ $0.range.count == $1 }) { return x }
    return try engine.stacked(
      zip(all, counts).map {
        x.slice(rows: $0.range.upperBound - $1..<$0.range.upperBound)
      })
  }
}

extension DecoderBlock {
  /// The block, or its second half alone, on stacked branches `[Σt, D]`, of which only the last
  /// `asking` rows each are wanted: `[Σn, D]`.
  func callAsFunction(
    _ x: Engine.Rows, spans: Spans, asking counts: [Int]?, fromMiddle: Bool, cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    let counts = counts ?? spans.all.map(\.range.count)
    var middle = try spans.lastRows(counts, of: x, engine: engine)
    if !fromMiddle {
      let update = try attention(
        attentionNorm(x), spans: spans, asking: counts, block: index, cache: cache,
        cancellation: cancellation)
      middle = try engine.sum(middle, attentionUpdateNorm(update))
    }
    var tap = SiteTap()
    return try feedForwardHalf(middle, tap: &tap, cancellation: cancellation).output
  }
}

extension DecoderAttention {
  /// The update `[Σn, D]` of stacked branches, each over the common keys before its start and its
  /// own.
  func callAsFunction(
    _ x: Engine.Rows, spans: Spans, asking counts: [Int], block: Int, cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    try cancellation.check()
    let queries = try query(spans.lastRows(counts, of: x, engine: engine))
    let (newKeys, newValues) = (try key(x), try value(x))
    var (keys, values) = cache.held(block, as: Engine.Rows.self)
    var mixed: [Engine.Rows] = []
    var row = 0
    for (span, count) in zip(spans.all, counts) {
      try cancellation.check()
      let positions = Positions(
        after: span.start, count: span.range.count, in: cache.traits.places)
      keys.truncate(rows: span.start)
      values.truncate(rows: span.start)
      try keys.append(
        rotated(newKeys.slice(rows: span.range), norm: keyNorm, at: positions).rotated)
      try values.append(newValues.slice(rows: span.range))
      let asked = try rotated(
        queries.slice(rows: row..<row + count), norm: queryNorm, at: positions.suffix(count)
      ).rotated
      let end = span.start + span.range.count
      mixed.append(
        try engine.attention(
          asked, keys, values, shape: shape, firstQueryPosition: end - count,
          keyEnds: cache.spans.keyEnds(of: end - count..<end), cancellation: cancellation
        ).output)
      row += count
    }
    return try output(engine.stacked(mixed))
  }
}
