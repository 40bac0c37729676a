import Tensors

/// The sizes and variants of a vision tower's layers.
struct EncoderRecipe: Sendable, Equatable {
  var hiddenSize: Int  // h
  var intermediateSize: Int  // F
  var headCount: Int
  var activation: Activation
  var normEpsilon: Double
  var names = Names.clip

  var headSize: Int { hiddenSize / headCount }

  /// What the tensors of a layer are called.
  struct Names: Sendable, Equatable {
    /// The modules of queries, keys and values.
    enum Projections: Sendable, Equatable {
      case apart([String])
      /// One above the other, in one module.
      case stacked(String)
    }

    var norms: [String]
    var attention: String
    var projections: Projections
    var output: String
    var feedForward: [String]

    /// CLIP's and SigLIP's.
    static let clip = Names(
      norms: ["layer_norm1", "layer_norm2"], attention: "self_attn",
      projections: .apart(["q_proj", "k_proj", "v_proj"]), output: "out_proj",
      feedForward: ["fc1", "fc2"])
    /// Qwen3-VL's.
    static let qwen3VL = Names(
      norms: ["norm1", "norm2"], attention: "attn", projections: .stacked("qkv"), output: "proj",
      feedForward: ["linear_fc1", "linear_fc2"])
  }
}
