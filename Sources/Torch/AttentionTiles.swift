import Tensors

/// One attention by tiles of query rows: what both directions share.
///
/// n rows of a tile, H query heads, G key/value heads, r = H / G, d head size, S keys. Products are
/// batches over G of r·n rows each.
struct AttentionTiles {
  let operators: TorchOperators
  let shape: AttentionShape
  let queries: Int
  let keys: Int
  let firstQueryPosition: Int
  /// The first key that each query does not see, less one; nil: its own position.
  let lastKeys: [Int]?

  /// The most query rows of a tile: with 32 heads and 3,000 keys its scores are 200 MB.
  static let height = 512

  init(
    _ operators: TorchOperators, _ q: TorchArray, _ k: TorchArray, _ v: TorchArray,
    shape: AttentionShape, firstQueryPosition: Int, keyEnds: [Int]?
  ) {
    if let keyEnds {
      precondition(
        shape.causal && keyEnds.count == q.rows && zip(keyEnds, keyEnds.dropFirst()).allSatisfy(<=)
          && keyEnds.enumerated().allSatisfy { $1 > firstQueryPosition + $0 },
        "\(keyEnds.count) ends for \(q.rows) queries from \(firstQueryPosition)")
    }
    precondition(
      q.columns == shape.queryHeads * shape.headSize
        && k.columns == shape.keyValueHeads * shape.headSize && v.columns == k.columns
        && v.rows == k.rows && firstQueryPosition >= 0,
      "q [\(q.rows), \(q.columns)], k [\(k.rows), \(k.columns)], v [\(v.rows), \(v.columns)] for "
        + "\(shape)")
    (self.operators, self.shape, self.firstQueryPosition) = (operators, shape, firstQueryPosition)
    (queries, keys, lastKeys) = (q.rows, k.rows, keyEnds.map { $0.map { $0 - 1 } })
  }

  var group: Int { shape.queryHeads / shape.keyValueHeads }
  private var queryHeads: Int { shape.queryHeads }
  /// Of a product: G.
  private var batches: Int { shape.keyValueHeads }
  private var d: Int { shape.headSize }
  private var rounds: Bool { operators.products.isRounded }

  /// Some query rows and the keys that any of them may see.
  struct Tile {
    let rows: Range<Int>
    let keys: Range<Int>
  }

  var tiles: [Tile] {
    stride(from: 0, to: queries, by: Self.height).map { first in
      let rows = first..<min(first + Self.height, queries)
      return Tile(rows: rows, keys: seen(by: rows))
    }
  }

  /// The keys that some rows see at most.
  private func seen(by rows: Range<Int>) -> Range<Int> {
    var end = keys
    if shape.causal {
      let last = lastKeys?[rows.upperBound - 1] ?? firstQueryPosition + rows.upperBound - 1
      end = min(keys, last + 1)
    }
    let begin = shape.window.map { max(0, firstQueryPosition + rows.lowerBound + 1 - $0) } ?? 0
    return min(begin, end)..<end
  }

  // MARK: Layouts

  /// Rows of a `[T, H·d]` array as `[G, r, n, d]`.
  func heads(_ x: TorchArray, _ tile: Tile) throws -> TorchTensor {
    try x.view(
      [batches, group, tile.rows.count, d], strides: [group * d, d, queryHeads * d, 1],
      offset: tile.rows.lowerBound * queryHeads * d)
  }

  /// Rows of a `[T, H]` array as `[G, r, n, 1]`.
  func numbers(_ x: TorchArray, _ tile: Tile) throws -> TorchTensor {
    try x.view(
      [batches, group, tile.rows.count, 1], strides: [group, 1, queryHeads, 1],
      offset: tile.rows.lowerBound * queryHeads)
  }

  /// `[S, G·d]` as a product takes it, `[G, S, d]` without gaps.
  func packed(_ x: TorchArray) throws -> TorchTensor {
    let view = try x.view([batches, x.rows, d], strides: [d, batches * d, 1])
    return try operators.products.factor(view, [batches, x.rows, d])
  }

  /// Some rows of what `packed` made, `[G, count, d]`.
  func slice(_ packed: TorchTensor, _ range: Range<Int>) throws -> TorchTensor {
    try packed.view(
      [batches, range.count, d], strides: [keys * d, d, 1], offset: range.lowerBound * d)
  }

  /// The same turned, `[G, d, count]`.
  func turned(_ packed: TorchTensor, _ range: Range<Int>) throws -> TorchTensor {
    try packed.view(
      [batches, d, range.count], strides: [keys * d, 1, d], offset: range.lowerBound * d)
  }

  /// A tile's rows of q, or of a gradient, as a product takes them, `[G, r·n, d]`.
  func packedRows(_ x: TorchArray, _ tile: Tile) throws -> TorchTensor {
    let n = tile.rows.count
    return try operators.products.factor(heads(x, tile), [batches, group, n, d])
      .view([batches, group * n, d])
  }

  /// Queries; where nothing is rounded they have the scale, else scores get it.
  func packedQueries(_ q: TorchArray, _ tile: Tile) throws -> TorchTensor {
    let packed = try packedRows(q, tile)
    return rounds ? packed : try packed.times(shape.scale)
  }

  /// A product of batches of factors that were packed here.
  func product(_ a: TorchTensor, _ b: TorchTensor) throws -> TorchTensor {
    try operators.products.product(a, b, batched: true)
  }

  /// `[G, r·n, count]` as the factor of a product.
  func factor(_ x: TorchTensor, _ tile: Tile) throws -> TorchTensor {
    guard rounds else { return x }
    return try operators.products.factor(x, [batches, group * tile.rows.count, tile.keys.count])
  }

  // MARK: Scores

  /// Scaled scores `[G, r·n, count]`, −∞ where a query does not see a key.
  func scores(
    _ queries: TorchTensor, _ packedKeys: TorchTensor, _ tile: Tile
  ) throws -> TorchTensor {
    var scores = try product(queries, turned(packedKeys, tile.keys))
    if rounds { scores = try scores.times(shape.scale) }
    try hide(scores, tile)
    return scores
  }

  private func hide(_ scores: TorchTensor, _ tile: Tile) throws {
    let (n, count) = (tile.rows.count, tile.keys.count)
    let position = firstQueryPosition + tile.rows.lowerBound
    let first = shape.causal ? lastKeys?[tile.rows.lowerBound] ?? position : keys
    let constants = operators.constants
    let view = try scores.view([queryHeads, n, count])
    if first < tile.keys.upperBound - 1 {
      let places = try constants.numbers(tile.keys, [1, count])
      let last =
        try lastKeys.map {
          try operators.device.upload(Array($0[tile.rows])).view([n, 1])
        } ?? constants.numbers(position..<position + n, [n, 1])
      try view.fill(-.infinity, where: places.isAbove(last))
    }
    // Key j is seen from position i where j + W > i.
    if let window = shape.window, position + n > tile.keys.lowerBound + window {
      let begin = tile.keys.lowerBound + window
      let ahead = try constants.numbers(begin..<begin + count, [1, count])
      let next = try constants.numbers(position + 1..<position + n + 1, [n, 1])
      try view.fill(-.infinity, where: ahead.isBelow(next))
    }
  }

  /// The sums along keys of `[G, r·n, count]`, `[G, r·n, 1]`.
  func sums(_ x: TorchTensor, _ tile: Tile) throws -> TorchTensor {
    let rows = queryHeads * tile.rows.count
    return try operators.rowSums(x, rows: rows, columns: tile.keys.count)
      .view([batches, group * tile.rows.count, 1])
  }
}
