import Checkpoints
import Tensors

/// The attention of a vision tower's layer, over one tile or picture without a mask.
///
/// P tokens, h width. Follows the attentions of `CLIPEncoderLayer`, `SiglipEncoderLayer`,
/// `Qwen3VLVisionBlock` and `Qwen2_5_VLVisionBlock` of transformers 5.24.
struct TowerAttention: Sendable {
  let query: Linear  // self_attn.q_proj [h, h], the first third of attn.qkv [3·h, h]
  let key: Linear  // self_attn.k_proj, the second
  let value: Linear  // self_attn.v_proj, the last
  let output: Linear  // self_attn.out_proj, attn.proj [h, h]
  let shape: AttentionShape
  let compute: Compute

  /// What its tensors are called.
  struct Names: Sendable, Equatable {
    /// The modules of queries, keys and values.
    enum Projections: Sendable, Equatable {
      case apart([String])
      /// One above the other, in one module.
      case stacked(String)
    }

    var module: String
    var projections: Projections
    var output: String

    /// CLIP's and SigLIP's.
    static let clip = Names(
      module: "self_attn", projections: .apart(["q_proj", "k_proj", "v_proj"]), output: "out_proj")
    /// Qwen2.5-VL's and Qwen3-VL's.
    static let qwen = Names(module: "attn", projections: .stacked("qkv"), output: "proj")
  }

  /// - Parameter weights: the layer's.
  init(
    hiddenSize h: Int, headCount: Int, names: Names, weights: WeightScope,
    compute: Compute
  ) throws {
    let weights = weights[names.module]
    func square(_ name: String) throws -> Linear {
      try weights.linear(name, rows: h, columns: h, bias: true, compute: compute)
    }
    switch names.projections {
    case .apart(let names):
      (query, key, value) = (try square(names[0]), try square(names[1]), try square(names[2]))
    case .stacked(let name):
      let all = try weights.matrix("\(name).weight", rows: 3 * h, columns: h)
      let biases = try weights.vector("\(name).bias", count: 3 * h)
      func third(_ index: Int) -> Linear {
        let rows = index * h..<(index + 1) * h
        return Linear(all.slice(rows: rows), bias: Array(biases[rows]), compute: compute)
      }
      (query, key, value) = (third(0), third(1), third(2))
    }
    output = try square(names.output)
    shape = AttentionShape(
      queryHeads: headCount, keyValueHeads: headCount, headSize: h / headCount, causal: false,
      window: nil)
    self.compute = compute
  }

  /// Where queries and keys stand, by which they are turned.
  typealias Turning = (rotary: RotaryEmbedding, positions: RowPositions)

  /// x `[P, h]`, normed → what is added to the stream `[P, h]`. A cancel is seen between tiles of
  /// rows: a picture of tens of thousands of patches takes minutes in one layer.
  ///
  /// - Parameters:
  ///   - turning: turns queries and keys by their tokens' places; nil in a tower that knows places
  ///     from what stands before its layers.
  ///   - windows: rows that see each other and no others, together all of them; nil where every row
  ///     sees every row.
  func callAsFunction(
    _ x: Matrix, turning: Turning? = nil, windows: [Range<Int>]? = nil, cancellation: Cancellation
  ) throws -> Matrix {
    func turned(_ x: Matrix) -> Matrix {
      turning.map { $0.rotary(x, at: $0.positions, team: compute.team) } ?? x
    }
    let keys = turned(try key(x, cancellation: cancellation))
    let values = try value(x, cancellation: cancellation)
    let queries = turned(try query(x, cancellation: cancellation))
    func mixed(_ queries: Matrix, _ keys: Matrix, _ values: Matrix) throws -> Matrix {
      try attention(
        queries, keys, values, shape: shape, firstQueryPosition: 0, compute: compute,
        cancellation: cancellation
      ).output
    }
    guard let windows else {
      return try output(mixed(queries, keys, values), cancellation: cancellation)
    }
    var all = Matrix(rows: x.rows, columns: x.columns)
    for rows in windows {
      let inside = try mixed(
        queries.slice(rows: rows), keys.slice(rows: rows), values.slice(rows: rows))
      all.replace(rows: rows, with: inside)
    }
    return try output(all, cancellation: cancellation)
  }
}
