import Checkpoints
import Tensors

/// One layer of a vision tower: x + attention(norm1(x)), then x + fc2(act(fc1(norm2(x)))).
///
/// P tokens of one tile, h width, no mask. Follows `CLIPEncoderLayer`, `SiglipEncoderLayer` and
/// `Qwen3VLVisionBlock` of transformers 5.24.
struct EncoderLayer: Sendable {
  let firstNorm: LayerNorm  // layer_norm1, norm1
  let attention: TowerAttention
  let secondNorm: LayerNorm  // layer_norm2, norm2
  let widen: Linear  // mlp.fc1, mlp.linear_fc1 [F, h]
  let narrow: Linear  // mlp.fc2, mlp.linear_fc2 [h, F]
  let activation: Activation
  let team: ThreadTeam

  init(_ recipe: EncoderRecipe, weights: WeightScope, compute: Compute) throws {
    let (h, F, names) = (recipe.hiddenSize, recipe.intermediateSize, recipe.names)
    firstNorm = try LayerNorm(names.norms[0], recipe, weights: weights, compute: compute)
    attention = try TowerAttention(
      hiddenSize: h, headCount: recipe.headCount, names: names.attention, weights: weights,
      compute: compute)
    secondNorm = try LayerNorm(names.norms[1], recipe, weights: weights, compute: compute)
    widen = try weights["mlp"].linear(
      names.feedForward[0], rows: F, columns: h, bias: true, compute: compute)
    narrow = try weights["mlp"].linear(
      names.feedForward[1], rows: h, columns: F, bias: true, compute: compute)
    activation = recipe.activation
    team = compute.team
  }

  /// The most rows of a tile.
  private static let tileRows = 1_024

  /// x `[P, h]` → `[P, h]`, a tile of rows at a time, between which a cancel is seen.
  ///
  /// - Parameter turning: as `TowerAttention` has it.
  func callAsFunction(
    _ x: Matrix, turning: TowerAttention.Turning? = nil, cancellation: Cancellation
  ) throws -> Matrix {
    let middle = x + (try attention(firstNorm(x), turning: turning, cancellation: cancellation))
    return try middle.mapTiles(of: Self.tileRows) { rows, _ in
      try cancellation.check()
      return rows + narrow(activation(widen(secondNorm(rows)), team: team))
    }
  }
}
