import Checkpoints
import Tensors

/// The attention of a vision tower's layer, over one tile or picture without a mask.
///
/// P tokens, h width. Follows the attentions of `CLIPEncoderLayer`, `SiglipEncoderLayer`,
/// `Qwen3VLVisionBlock` and `Qwen2_5_VLVisionBlock` of transformers 5.24.
struct TowerAttention<Engine: Operators>: Sendable {
  let query: Engine.Linear  // self_attn.q_proj [h, h], the first third of attn.qkv [3·h, h]
  let key: Engine.Linear  // self_attn.k_proj, the second
  let value: Engine.Linear  // self_attn.v_proj, the last
  let output: Engine.Linear  // self_attn.out_proj, attn.proj [h, h]
  let shape: AttentionShape
  let engine: Engine

  /// - Parameter weights: the layer's.
  init(
    hiddenSize h: Int, headCount: Int, names: TowerAttentionNames, weights: WeightScope,
    engine: Engine
  ) throws {
    let weights = weights[names.module]
    func square(_ name: String) throws -> Engine.Linear {
      try weights.linear(name, rows: h, columns: h, bias: true, engine: engine)
    }
    switch names.projections {
    case .apart(let names):
      (query, key, value) = (try square(names[0]), try square(names[1]), try square(names[2]))
    case .stacked(let name):
      let all = try weights.matrix("\(name).weight", rows: 3 * h, columns: h)
      let biases = try weights.vector("\(name).bias", count: 3 * h)
      func third(_ index: Int) throws -> Engine.Linear {
        let rows = index * h..<(index + 1) * h
        return try engine.linear(all.slice(rows: rows), bias: Array(biases[rows]))
      }
      (query, key, value) = (try third(0), try third(1), try third(2))
    }
    output = try square(names.output)
    shape = AttentionShape(
      queryHeads: headCount, keyValueHeads: headCount, headSize: h / headCount, causal: false,
      window: nil)
    self.engine = engine
  }

  /// x `[P, h]`, normed → what is added to the stream `[P, h]`. A cancel is seen between tiles of
  /// rows: a picture of tens of thousands of patches takes minutes in one layer.
  ///
  /// - Parameters:
  ///   - turning: turns queries and keys by their tokens' places; nil in a tower that knows places
  ///     from what stands before its layers.
  ///   - windows: rows that see each other and no others, together all of them; nil where every row
  ///     sees every row.
  func callAsFunction(
    _ x: Engine.Rows, turning: TowerTurning? = nil, windows: [Range<Int>]? = nil,
    cancellation: Cancellation
  ) throws -> Engine.Rows {
    func turned(_ x: Engine.Rows) throws -> Engine.Rows {
      try turning.map { try engine.rotated(x, by: $0.rotary, at: $0.positions) } ?? x
    }
    let keys = try turned(key(x, cancellation: cancellation))
    let values = try value(x, cancellation: cancellation)
    let queries = try turned(query(x, cancellation: cancellation))
    func mixed(_ rows: Range<Int>) throws -> Engine.Rows {
      try engine.attention(
        queries.slice(rows: rows), keys.slice(rows: rows), values.slice(rows: rows), shape: shape,
        firstQueryPosition: 0, keyEnds: nil, cancellation: cancellation
      ).output
    }
    let windows = windows ?? [0..<x.rows]
    precondition(
      windows.first?.lowerBound == 0 && windows.last?.upperBound == x.rows
        && zip(windows, windows.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound },
      "windows \(windows) of \(x.rows) rows")
    let parts = try windows.map(mixed)
    return try output(
      parts.count == 1 ? parts[0] : engine.stacked(parts), cancellation: cancellation)
  }
}

/// Where a tower's queries and keys stand, by which they are turned.
typealias TowerTurning = (rotary: RotaryEmbedding, positions: RowPositions)

/// What the tensors of a tower's attention are called.
struct TowerAttentionNames: Sendable, Equatable {
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
  static let clip = TowerAttentionNames(
    module: "self_attn", projections: .apart(["q_proj", "k_proj", "v_proj"]), output: "out_proj")
  /// Qwen2.5-VL's and Qwen3-VL's.
  static let qwen = TowerAttentionNames(
    module: "attn", projections: .stacked("qkv"), output: "proj")
}
