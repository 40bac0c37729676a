import Checkpoints
package import Tensors

/// A decoder of text by its recipe: the families differ by no more.
///
/// T tokens, D hidden size, V vocabulary. There are no hooks: a residual is recorded, changed or
/// replaced by splitting the range of blocks at its site. Follows `LlamaModel` and, with a scale on
/// the embeddings, `Gemma3TextModel` of transformers 5.24.
package final class Decoder: Sendable {
  package let recipe: DecoderRecipe
  let embedding: WeightMatrix  // embed_tokens [V, D]
  /// What embeddings are multiplied by: √D rounded to the embeddings' own type, or 1.
  let embeddingScale: Float
  /// The final norm again, on the processor, for the few rows that are looked at there.
  let finalNorm: RMSNorm<HostOperators>
  let headWeight: WeightMatrix  // lm_head [V, D], or the embedding again, or 8-bit weights of it
  let blocks: any DecoderBlocks
  let checkpoint: Checkpoint

  /// - Parameters:
  ///   - engine: what the blocks and the head run on.
  ///   - quantiser: makes the weights of the blocks' seven projections and of the head 8-bit ones;
  ///     the embeddings, norms and biases stay as they are. nil: none.
  init(
    _ recipe: DecoderRecipe, checkpoint: Checkpoint, compute: Compute, engine: some Operators,
    quantiser: WeightQuantiser? = nil
  ) throws {
    let weights = checkpoint.scope("language_model", quantiser: quantiser)
    let (V, D) = (recipe.vocabularySize, recipe.hiddenSize)
    self.recipe = recipe
    embedding = try weights.matrix("embed_tokens.weight", rows: V, columns: D)
    embeddingScale =
      recipe.scalesEmbeddings ? embedding.type.rounded(Float(D).squareRoot()) : 1
    finalNorm = try RMSNorm("norm", recipe, weights: weights, engine: HostOperators(compute))
    let storedHead = try checkpoint.head(tied: recipe.tiedHead, vocabulary: V, hidden: D)
    headWeight = try quantiser?(storedHead, named: TensorNames.head) ?? storedHead
    blocks = try EngineBlocks(recipe, weights: weights, head: headWeight, engine: engine)
    self.checkpoint = checkpoint
  }

  package var blockCount: Int { recipe.layerCount }
  /// The point behind the last block, from which the logits are made.
  package var end: StreamPoint { .input(of: blockCount) }
  package var vocabularySize: Int { recipe.vocabularySize }
  package var hiddenSize: Int { recipe.hiddenSize }
  /// The most tokens that a sequence may have.
  package var contextLength: Int { recipe.contextLength }

  /// An empty cache of this decoder's shape for a sequence of these traits.
  package func makeCache(_ traits: SequenceTraits = .plain) -> KeyValueCache {
    KeyValueCache(blockCount: blockCount, empty: blocks.emptyRows, traits: traits)
  }

  /// The embeddings `[T, D]` of tokens, each in 0..<V (a precondition: check what comes from
  /// outside).
  package func embed(_ tokens: [Int]) -> Matrix {
    let rows = embedding.gather(rows: tokens)
    return embeddingScale == 1 ? rows : rows.scaled(by: embeddingScale)
  }

  /// Runs `range` on x `[t, D]`, the inputs of its first block at positions
  /// `cache.count(range.lowerBound)…`; keys and values join the cache. The positions have each of
  /// the cache's spans whole or not at all.
  ///
  /// Returns the raw output of the range's last block, with what the sequence adds to it: `[t, D]`,
  /// or with `rows` given only the last `rows` of it, which spares the last block most of its work.
  /// Throws when cancelled, or `ModelError` when the result is not finite.
  package func forward(
    _ x: Matrix, blocks range: Range<Int>, cache: inout KeyValueCache, rows: Int? = nil,
    cancellation: Cancellation = .never
  ) throws -> Matrix {
    var tap = SiteTap()
    return try forward(
      x, over: Range(blocks: range), cache: &cache, rows: rows, tap: &tap,
      cancellation: cancellation)
  }

  /// The same between any two points of the residual stream, x `[t, D]` being the stream at the
  /// first and the result that at the second; `tap` keeps what it asks for of the tensors between.
  package func forward(
    _ x: Matrix, over range: Range<StreamPoint>, cache: inout KeyValueCache, rows: Int? = nil,
    tap: inout SiteTap, cancellation: Cancellation = .never
  ) throws -> Matrix {
    let n = rows ?? x.rows
    precondition(range.upperBound <= end, "no such blocks")
    precondition(n >= 1 && n <= x.rows && x.columns == hiddenSize, "no such rows")
    tap.meet(Site(range.lowerBound), x)
    if range.isEmpty { return x.last(n) }
    let start = firstPosition(of: x, at: range.lowerBound, cache: cache)
    let residual = try blocks.forward(
      x, over: range, from: start, cache: &cache, rows: n, tap: &tap, cancellation: cancellation)
    try requireFinite(residual, at: Site(range.upperBound).name)
    return residual
  }

  /// The position of the first row of x at a point of the residual stream. Where that is the middle
  /// of a block, the block's keys and values are in the cache already, or those of no token are.
  /// Traps where the rows would cut through a span of the sequence.
  func firstPosition(of x: Matrix, at point: StreamPoint, cache: KeyValueCache) -> Int {
    let count = point < end ? cache.count(point.block) : 0
    let start = point.isMiddle ? max(0, count - x.rows) : count
    precondition(
      cache.spans.areWhole(in: start..<start + x.rows),
      "rows \(start)..<\(start + x.rows) cut through \(cache.spans)")
    return start
  }

  /// The logits `[n, V]` of rows `[n, D]` of the last block's raw output: final norm, then head.
  package func logits(_ x: Matrix) throws -> Matrix { try blocks.logits(x) }

  /// The same, refused like a forward pass when they are not finite: what answers are made from.
  package func finiteLogits(_ x: Matrix) throws -> Matrix {
    let result = try logits(x)
    try requireFinite(result, at: "logits")
    return result
  }

  /// The logits of named tokens alone, `[n, tokens]`, in float32.
  package func logits(_ x: Matrix, tokens: [Int]) throws -> Matrix {
    product(try finalNorm(x), headWeight.gather(rows: tokens), transposeB: true)
  }

  /// Throws unless every element is finite: `CheckpointError.notFinite` with the first weight to
  /// blame, else `ModelError.nonFinite`. The weights are searched only when it is too late.
  package func requireFinite(_ x: Matrix, at site: String) throws {
    guard let place = x.firstNonFinite() else { return }
    for name in checkpoint.names { try checkpoint.requireFinite(name) }
    throw ModelError.nonFinite(what: site, row: place.row)
  }
}
