import Checkpoints
import Tensors

/// The blocks of a decoder on one engine.
final class EngineBlocks<Engine: Operators>: DecoderBlocks {
  let blocks: [DecoderBlock<Engine>]  // layers.N
  let finalNorm: RMSNorm<Engine>  // norm
  let head: Engine.Linear  // [V, D]
  let engine: Engine
  let empty: Engine.Rows

  init(
    _ recipe: DecoderRecipe, weights: WeightScope, head: WeightMatrix, engine: Engine
  ) throws {
    blocks = try (0..<recipe.layerCount).map {
      try DecoderBlock(recipe, index: $0, weights: weights["layers.\($0)"], engine: engine)
    }
    finalNorm = try RMSNorm("norm", recipe, weights: weights, engine: engine)
    self.head = try engine.linear(head, bias: nil)
    self.engine = engine
    empty = try engine.noKeys(columns: recipe.keyWidth)
  }

  var emptyRows: any RowArray { empty }

  func forward(
    _ x: Matrix, over range: Range<StreamPoint>, from start: Int, cache: inout KeyValueCache,
    rows n: Int, tap: inout SiteTap, cancellation: Cancellation
  ) throws -> Matrix {
    var residual = try engine.rows(x)
    for block in range.blocks {
      let wanted = block == range.blocks.upperBound - 1 ? n : x.rows
      if range.contains(.input(of: block)) {
        residual = try blocks[block].attentionHalf(
          residual, rows: wanted, cache: &cache, tap: &tap, cancellation: cancellation
        ).middle
      }
      if range.contains(.middle(of: block)) {
        let output = try blocks[block].feedForwardHalf(
          residual.last(wanted), tap: &tap, cancellation: cancellation
        ).output
        residual = try cache.traits.additions.added(
          to: output, behind: block, from: start + x.rows - wanted, engine: engine)
        try tap.meet(.residualPost(block), engine.matrix(residual))
      }
    }
    return try engine.matrix(residual)
  }

  func logits(_ x: Matrix) throws -> Matrix {
    try engine.matrix(head(finalNorm(engine.rows(x))))
  }

  func weightedLogits(_ x: Matrix) throws -> Matrix {
    try engine.matrix(head(finalNorm.weighted(engine.rows(x))))
  }

  func headPullback(_ outputGradient: Matrix) throws -> Matrix {
    try engine.matrix(head.pullback(engine.rows(outputGradient)))
  }
}
