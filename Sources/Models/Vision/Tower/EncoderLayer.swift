import Checkpoints
import Tensors

/// One layer of a vision tower: x + attention(norm1(x)), then x + fc2(act(fc1(norm2(x)))).
///
/// P tokens of one tile, h width, no mask. Follows `CLIPEncoderLayer`, `SiglipEncoderLayer` and
/// `Qwen3VLVisionBlock` of transformers 5.24.
struct EncoderLayer<Engine: Operators>: Sendable {
  let firstNorm: LayerNorm<Engine>  // layer_norm1, norm1
  let attention: TowerAttention<Engine>
  let secondNorm: LayerNorm<Engine>  // layer_norm2, norm2
  let widen: Engine.Linear  // mlp.fc1, mlp.linear_fc1 [F, h]
  let narrow: Engine.Linear  // mlp.fc2, mlp.linear_fc2 [h, F]
  let activation: Activation
  let engine: Engine

  init(_ recipe: EncoderRecipe, weights: WeightScope, engine: Engine) throws {
    let (h, F, names) = (recipe.hiddenSize, recipe.intermediateSize, recipe.names)
    firstNorm = try LayerNorm(names.norms[0], recipe, weights: weights, engine: engine)
    attention = try TowerAttention(
      hiddenSize: h, headCount: recipe.headCount, names: names.attention, weights: weights,
      engine: engine)
    secondNorm = try LayerNorm(names.norms[1], recipe, weights: weights, engine: engine)
    widen = try weights["mlp"].linear(
      names.feedForward[0], rows: F, columns: h, bias: true, engine: engine)
    narrow = try weights["mlp"].linear(
      names.feedForward[1], rows: h, columns: F, bias: true, engine: engine)
    activation = recipe.activation
    self.engine = engine
  }

  /// The most rows of a tile.
  private static var tileRows: Int { 1_024 }

  /// x `[P, h]` → `[P, h]`, a tile of rows at a time, between which a cancel is seen.
  ///
  /// - Parameter turning: as `TowerAttention` has it.
  func callAsFunction(
    _ x: Engine.Rows, turning: TowerTurning? = nil, cancellation: Cancellation
  ) throws -> Engine.Rows {
    let middle = try engine.sum(
      x, attention(firstNorm(x), turning: turning, cancellation: cancellation))
    return try middle.mapTiles(of: Self.tileRows) { rows, _ in
      try cancellation.check()
      let inner = try engine.activated(widen(secondNorm(rows)), by: activation)
      return try engine.sum(rows, narrow(inner))
    }
  }
}
