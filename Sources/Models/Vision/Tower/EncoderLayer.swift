import Checkpoints
import Tensors

/// One layer of a vision tower: x + attention(norm1(x)), then x + fc2(act(fc1(norm2(x)))).
///
/// P tokens of one tile, h width, no mask. Follows `CLIPEncoderLayer` of transformers 5.23.
struct EncoderLayer: Sendable {
  let firstNorm: LayerNorm  // layer_norm1
  let query: Linear  // self_attn.q_proj [h, h]
  let key: Linear  // self_attn.k_proj [h, h]
  let value: Linear  // self_attn.v_proj [h, h]
  let output: Linear  // self_attn.out_proj [h, h]
  let secondNorm: LayerNorm  // layer_norm2
  let widen: Linear  // mlp.fc1 [F, h]
  let narrow: Linear  // mlp.fc2 [h, F]
  let activation: Activation
  let shape: AttentionShape
  let compute: Compute

  init(_ recipe: EncoderRecipe, weights: WeightScope, compute: Compute) throws {
    let (h, F) = (recipe.hiddenSize, recipe.intermediateSize)
    func square(_ name: String) throws -> Linear {
      try weights["self_attn"].linear(name, rows: h, columns: h, bias: true, compute: compute)
    }
    firstNorm = try LayerNorm("layer_norm1", recipe, weights: weights, compute: compute)
    query = try square("q_proj")
    key = try square("k_proj")
    value = try square("v_proj")
    output = try square("out_proj")
    secondNorm = try LayerNorm("layer_norm2", recipe, weights: weights, compute: compute)
    widen = try weights["mlp"].linear("fc1", rows: F, columns: h, bias: true, compute: compute)
    narrow = try weights["mlp"].linear("fc2", rows: h, columns: F, bias: true, compute: compute)
    activation = recipe.activation
    shape = AttentionShape(
      queryHeads: recipe.headCount, keyValueHeads: recipe.headCount,
      headSize: recipe.headSize, causal: false, window: nil)
    self.compute = compute
  }

  /// x `[P, h]` → `[P, h]`.
  func callAsFunction(_ x: Matrix) -> Matrix {
    let normed = firstNorm(x)
    let (mixed, _) = attention(
      query(normed), key(normed), value(normed), shape: shape, firstQueryPosition: 0,
      compute: compute)
    let middle = x + output(mixed)
    return middle + narrow(activation(widen(secondNorm(middle)), team: compute.team))
  }
}
