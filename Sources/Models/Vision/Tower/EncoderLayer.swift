import Checkpoints
import Tensors

/// One layer of a vision tower: x + attention(norm1(x)), then x + fc2(act(fc1(norm2(x)))).
///
/// P tokens of one tile, h width, no mask. Follows `CLIPEncoderLayer`, `SiglipEncoderLayer` and
/// `Qwen3VLVisionBlock` of transformers 5.24.
struct EncoderLayer: Sendable {
  let firstNorm: LayerNorm  // layer_norm1, norm1
  let query: Linear  // self_attn.q_proj [h, h], the first third of attn.qkv [3·h, h]
  let key: Linear  // self_attn.k_proj, the second
  let value: Linear  // self_attn.v_proj, the last
  let output: Linear  // self_attn.out_proj, attn.proj [h, h]
  let secondNorm: LayerNorm  // layer_norm2, norm2
  let widen: Linear  // mlp.fc1, mlp.linear_fc1 [F, h]
  let narrow: Linear  // mlp.fc2, mlp.linear_fc2 [h, F]
  let activation: Activation
  let shape: AttentionShape
  let compute: Compute

  init(_ recipe: EncoderRecipe, weights: WeightScope, compute: Compute) throws {
    let (h, F, names) = (recipe.hiddenSize, recipe.intermediateSize, recipe.names)
    let attention = weights[names.attention]
    func square(_ name: String) throws -> Linear {
      try attention.linear(name, rows: h, columns: h, bias: true, compute: compute)
    }
    firstNorm = try LayerNorm(names.norms[0], recipe, weights: weights, compute: compute)
    switch names.projections {
    case .apart(let names):
      (query, key, value) = (try square(names[0]), try square(names[1]), try square(names[2]))
    case .stacked(let name):
      let all = try attention.matrix("\(name).weight", rows: 3 * h, columns: h)
      let biases = try attention.vector("\(name).bias", count: 3 * h)
      func third(_ index: Int) -> Linear {
        let rows = index * h..<(index + 1) * h
        return Linear(all.slice(rows: rows), bias: Array(biases[rows]), compute: compute)
      }
      (query, key, value) = (third(0), third(1), third(2))
    }
    output = try square(names.output)
    secondNorm = try LayerNorm(names.norms[1], recipe, weights: weights, compute: compute)
    widen = try weights["mlp"].linear(
      names.feedForward[0], rows: F, columns: h, bias: true, compute: compute)
    narrow = try weights["mlp"].linear(
      names.feedForward[1], rows: h, columns: F, bias: true, compute: compute)
    activation = recipe.activation
    shape = AttentionShape(
      queryHeads: recipe.headCount, keyValueHeads: recipe.headCount,
      headSize: recipe.headSize, causal: false, window: nil)
    self.compute = compute
  }

  /// The most rows of a tile.
  private static let tileRows = 1_024

  /// x `[P, h]` → `[P, h]`.
  ///
  /// Queries are taken a tile at a time, between which a cancel is seen: a picture of tens of
  /// thousands of patches takes minutes in one layer.
  ///
  /// - Parameter turning: turns queries and keys by their tokens' places; nil in a tower that knows
  ///   places from what stands before its layers.
  func callAsFunction(
    _ x: Matrix, turning: (rotary: RotaryEmbedding, positions: RowPositions)? = nil,
    cancellation: Cancellation
  ) throws -> Matrix {
    func turned(_ x: Matrix) -> Matrix {
      turning.map { $0.rotary(x, at: $0.positions, team: compute.team) } ?? x
    }
    let normed = firstNorm(x)
    let (keys, values) = (turned(key(normed)), value(normed))
    let mixed = try turned(query(normed)).mapTiles(of: Self.tileRows) { queries, _ in
      try cancellation.check()
      return attention(
        queries, keys, values, shape: shape, firstQueryPosition: 0, compute: compute
      ).output
    }
    let middle = x + output(mixed)
    return try middle.mapTiles(of: Self.tileRows) { rows, _ in
      try cancellation.check()
      return rows + narrow(activation(widen(secondNorm(rows)), team: compute.team))
    }
  }
}
