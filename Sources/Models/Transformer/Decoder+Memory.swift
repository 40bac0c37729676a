import Checkpoints
import Tensors

/// What a request will need beside the mapped weights, so that it can be refused beforehand. Upper
/// estimates in bytes, all activations float32; sums saturate rather than overflow.
extension Decoder {
  /// Keys and values of `tokens` tokens in `count` blocks (all by default).
  package func cacheBytes(tokens: Int, blocks count: Int? = nil) -> Int {
    bytes(tokens, 2 * recipe.keyWidth, count ?? blockCount)
  }

  /// The largest working set of a forward pass over `tokens` new tokens after `cached` ones: the
  /// cache, the residual stream, one block's projections and one tile of its feed-forward half.
  package func prefillBytes(tokens: Int, cached: Int = 0) -> Int {
    let kept = cacheBytes(tokens: saturatingSum(tokens, cached))
    return saturatingSum(kept, blockWorkingBytes(tokens: tokens))
  }

  /// What `forwardSaving` keeps for `tokens` rows of `count` blocks, and the pullback's working
  /// set.
  package func attributionBytes(tokens: Int, cached: Int = 0, blocks count: Int) -> Int {
    saturatingSum(
      savedBytes(tokens: tokens, cached: cached, blocks: count),
      pullbackBytes(tokens: tokens))
  }

  /// What `forwardSaving` keeps for `tokens` rows of `count` blocks, keys and values included.
  func savedBytes(tokens: Int, cached: Int = 0, blocks count: Int) -> Int {
    saturatingSum(
      bytes(tokens, savedWidth, count),
      cacheBytes(tokens: saturatingSum(tokens, cached), blocks: count))
  }

  /// What a context that opens with `tokens` rows keeps for pullbacks through its last `count`
  /// blocks, beside its keys and values: the last block runs for the last row alone.
  package func ownRunBytes(tokens: Int, blocks count: Int, detail: SavedDetail) -> Int {
    let whole = max(0, count - 1)
    // The gates, two matrices of half the size, count once.
    let gates = bytes(
      tokens, recipe.intermediateSize, min(whole, max(0, detail.gatedBlocks - 1)))
    let keys = recipe.norms.areOnQueriesAndKeys ? recipe.keyWidth : 0
    let last = saturatingSum(
      bytes(tokens, hiddenSize + keys, 1), bytes(1, savedWidth + recipe.intermediateSize, 1))
    return saturatingSum(saturatingSum(bytes(tokens, savedWidth, whole), gates), last)
  }

  /// The blocks of which something lies above a point of the residual stream.
  package func blocks(above point: StreamPoint) -> Int { (point..<end).blocks.count }

  /// The tensors of some sites for `tokens` tokens.
  package func bytes(of sites: Set<Site>, tokens: Int) -> Int {
    bytes(tokens, sites.reduce(0) { $0 + width(of: $1) }, 1)
  }

  /// The working set of a pullback over `tokens` rows.
  package func pullbackBytes(tokens: Int) -> Int {
    let working = blockWorkingBytes(tokens: tokens)
    return saturatingSum(working, working)
  }

  /// Multiplications with weights of a forward pass over `tokens` rows of `count` blocks: what it
  /// costs, so that work can be offered where it is cheap and asked for where it is not.
  package func operations(tokens: Int, blocks count: Int) -> Double {
    let (D, F) = (hiddenSize, recipe.intermediateSize)
    let attention = 2 * D * (recipe.queryWidth + recipe.keyWidth)
    return Double(tokens) * Double(count) * Double(attention + 3 * D * F)
  }

  /// The 8-bit weights of a decoder with their scales: seven projections a block, and the head.
  static func quantisedBytes(_ recipe: DecoderRecipe) -> Int {
    let (D, F) = (recipe.hiddenSize, recipe.intermediateSize)
    let (Q, K) = (recipe.queryWidth, recipe.keyWidth)
    let block = [(Q, D), (K, D), (K, D), (D, Q), (F, D), (F, D), (D, F)]
    let shapes = block.map { ($0.0, $0.1, recipe.layerCount) } + [(recipe.vocabularySize, D, 1)]
    return shapes.reduce(0) { total, shape in
      let (rows, columns, count) = shape
      let bytes = (columns + 4).multipliedReportingOverflow(by: rows)
      let all = bytes.partialValue.multipliedReportingOverflow(by: count)
      let sum = total.addingReportingOverflow(all.partialValue)
      return bytes.overflow || all.overflow || sum.overflow || total == .max
        ? .max : sum.partialValue
    }
  }

  private func blockWorkingBytes(tokens: Int) -> Int {
    let (D, F) = (hiddenSize, recipe.intermediateSize)
    let width = 5 * D + 3 * recipe.queryWidth + 4 * recipe.keyWidth + unnormedWidth + updateWidth
    let rows = bytes(tokens, width, 1)
    return saturatingSum(rows, bytes(min(tokens, FeedForward<HostOperators>.tileRows), 4 * F, 1))
  }

  /// Columns that a block keeps, without gates, keys and values.
  private var savedWidth: Int {
    2 * hiddenSize + 2 * recipe.queryWidth + unnormedWidth + updateWidth + recipe.headCount
  }

  /// Columns of queries and keys before their norms.
  private var unnormedWidth: Int {
    recipe.norms.areOnQueriesAndKeys ? recipe.queryWidth + recipe.keyWidth : 0
  }

  /// Columns of both halves' updates before their norms.
  private var updateWidth: Int { recipe.norms.areOnUpdates ? 2 * hiddenSize : 0 }

  private func bytes(_ rows: Int, _ columns: Int, _ count: Int) -> Int {
    [columns, count, 4].reduce(max(rows, 0)) { total, factor in
      let (value, overflow) = total.multipliedReportingOverflow(by: factor)
      return overflow ? .max : value
    }
  }

  private func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (value, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : value
  }
}
