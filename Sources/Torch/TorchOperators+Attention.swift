package import Tensors

/// A float that no score is below, but for −∞: takes its place where −∞ − −∞ would be.
private let lowest = -Float.greatestFiniteMagnitude

extension TorchOperators {
  /// softmax(scale · q·kᵀ)·v for every head; see `attention` in `Tensors`. A cancel is seen between
  /// tiles of queries.
  package func attention(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray, shape: AttentionShape,
    firstQueryPosition: Int, keyEnds: [Int]?, cancellation: Cancellation
  ) throws -> (output: TorchArray, logSumExp: TorchArray) {
    let tiles = AttentionTiles(
      self, q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds)
    if let flash = flash(for: tiles) { return try flash.forward(q, k, v) }
    return try attention(q, k, v, tiles, cancellation)
  }

  /// The gradients at q, k and v from that at the output; scores are computed again.
  package func attentionPullback(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray, output: TorchArray,
    logSumExp: TorchArray, shape: AttentionShape, firstQueryPosition: Int, keyEnds: [Int]?,
    outputGradient: TorchArray
  ) throws -> (q: TorchArray, k: TorchArray, v: TorchArray) {
    let tiles = AttentionTiles(
      self, q, k, v, shape: shape, firstQueryPosition: firstQueryPosition, keyEnds: keyEnds)
    requireShape(q, output)
    requireShape(q, outputGradient)
    precondition(
      logSumExp.rows == q.rows && logSumExp.columns == shape.queryHeads,
      "logSumExp of \(q.rows) queries")
    if let flash = flash(for: tiles) {
      return try flash.pullback(q, k, v, output, logSumExp, outputGradient: outputGradient)
    }
    return try attentionPullback(q, k, v, output, logSumExp, tiles, outputGradient)
  }

  /// The fast way, where there is one.
  private func flash(for tiles: AttentionTiles) -> FlashAttention? {
    let computes = FlashAttention.computes(
      tiles.shape, queries: tiles.queries, keys: tiles.keys,
      firstQueryPosition: tiles.firstQueryPosition, hasKeyEnds: tiles.lastKeys != nil)
    guard usesFlash, products.isRounded, computes else { return nil }
    return FlashAttention(tiles.shape, device: device)
  }

  /// By tiles, on any device: what the fast way is held to.
  private func attention(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray, _ tiles: AttentionTiles,
    _ cancellation: Cancellation
  ) throws -> (output: TorchArray, logSumExp: TorchArray) {
    let output = TorchArray(
      try device.empty([q.rows, q.columns]), rows: q.rows, columns: q.columns)
    let logSumExp = TorchArray(
      try device.empty([q.rows, tiles.shape.queryHeads]), rows: q.rows,
      columns: tiles.shape.queryHeads)
    let (keys, values) = (try tiles.packed(k), try tiles.packed(v))
    for tile in tiles.tiles {
      try cancellation.check()
      let (mixedPlace, levelPlace) = (
        try tiles.heads(output, tile), try tiles.numbers(logSumExp, tile)
      )
      guard !tile.keys.isEmpty else {
        try mixedPlace.fill(from: device.number(0))
        try levelPlace.fill(from: device.number(-.infinity))
        continue
      }
      let scores = try tiles.scores(tiles.packedQueries(q, tile), keys, tile)
      let maxima = try scores.largest(dimensions: 3).maximum(device.number(lowest))
      let weights = try scores.minus(maxima).exp()
      let sums = try tiles.sums(weights, tile)
      let mixed = try tiles.product(
        tiles.factor(weights, tile), tiles.slice(values, tile.keys))
      // A row that sees a key has a weight of 1.
      let means = try mixed.divided(by: sums.maximum(device.number(0.5)))
      let (G, n, d) = (tiles.shape.keyValueHeads, tile.rows.count, tiles.shape.headSize)
      try mixedPlace.fill(from: means.view([G, tiles.group, n, d]))
      try levelPlace.fill(from: sums.log().plus(maxima).view([G, tiles.group, n, 1]))
    }
    return (output, logSumExp)
  }

  /// P = exp(S − logSumExp), dV = Pᵀ dO, dP = dO Vᵀ, dS = P (dP − rowsum(dO O)), dQ = scale dS K,
  /// dK = scale dSᵀ Q.
  private func attentionPullback(
    _ q: TorchArray, _ k: TorchArray, _ v: TorchArray, _ output: TorchArray,
    _ logSumExp: TorchArray, _ tiles: AttentionTiles, _ outputGradient: TorchArray
  ) throws -> (q: TorchArray, k: TorchArray, v: TorchArray) {
    let (shape, scale) = (tiles.shape, tiles.shape.scale)
    let (G, d, S) = (shape.keyValueHeads, shape.headSize, k.rows)
    let queryGradient = try zeros(rows: q.rows, columns: q.columns)
    let (keys, values) = (try tiles.packed(k), try tiles.packed(v))
    let keySums = try device.empty([G, S, d])
    let valueSums = try device.empty([G, S, d])
    try keySums.clear()
    try valueSums.clear()
    let levels = TorchArray(
      try rowSums(
        output.tensor().times(outputGradient.tensor()), rows: q.rows * shape.queryHeads,
        columns: d), rows: q.rows, columns: shape.queryHeads)
    for tile in tiles.tiles where !tile.keys.isEmpty {
      let (n, count) = (tile.rows.count, tile.keys.count)
      let m = tiles.group * n
      let queries = try tiles.packedQueries(q, tile)
      let gradients = try tiles.packedRows(outputGradient, tile)
      let normalizers = try column(tiles.numbers(logSumExp, tile), [G, tiles.group, n, 1])
        .view([G, m, 1]).maximum(device.number(lowest))
      let weights = try tiles.scores(queries, keys, tile).minus(normalizers).exp()
      let slopes = try tiles.product(gradients, tiles.turned(values, tile.keys))
        .minus(column(tiles.numbers(levels, tile), [G, tiles.group, n, 1]).view([G, m, 1]))
        .times(weights)
      let (weightFactor, slopeFactor) = (
        try tiles.factor(weights, tile), try tiles.factor(slopes, tile)
      )
      func turned(_ x: TorchTensor) throws -> TorchTensor {
        try x.view([G, count, m], strides: [m * count, 1, count])
      }
      try add(tiles.product(turned(weightFactor), gradients), to: valueSums, tiles, tile)
      // Queries have the scale already where nothing is rounded.
      let keyPart = try tiles.product(turned(slopeFactor), queries)
      try add(products.isRounded ? keyPart.times(scale) : keyPart, to: keySums, tiles, tile)
      let queryPart = try tiles.product(slopeFactor, tiles.slice(keys, tile.keys)).times(scale)
      try tiles.heads(queryGradient, tile).fill(from: queryPart.view([G, tiles.group, n, d]))
    }
    return (queryGradient, try rows(keySums, k, shape), try rows(valueSums, k, shape))
  }

  /// Adds `[G, count, d]` to a tile's keys of `[G, S, d]`.
  private func add(
    _ part: TorchTensor, to sums: TorchTensor, _ tiles: AttentionTiles,
    _ tile: AttentionTiles.Tile
  ) throws {
    let place = try tiles.slice(sums, tile.keys)
    try place.fill(from: place.plus(part))
  }

  /// A view's elements without gaps.
  private func column(_ view: TorchTensor, _ sizes: [Int]) throws -> TorchTensor {
    let result = try device.empty(sizes)
    try result.fill(from: view)
    return result
  }

  /// `[G, S, d]` as `[S, G·d]`.
  private func rows(
    _ sums: TorchTensor, _ k: TorchArray, _ shape: AttentionShape
  ) throws -> TorchArray {
    let (G, d) = (shape.keyValueHeads, shape.headSize)
    let result = try device.empty([k.rows, k.columns])
    try result.view([G, k.rows, d], strides: [d, G * d, 1]).fill(from: sums)
    return TorchArray(result, rows: k.rows, columns: k.columns)
  }
}
