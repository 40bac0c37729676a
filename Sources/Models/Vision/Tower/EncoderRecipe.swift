import Tensors

/// The sizes and variants of a vision tower's layers.
struct EncoderRecipe: Sendable, Equatable {
  var hiddenSize: Int  // h
  var intermediateSize: Int  // F
  var headCount: Int
  var activation: Activation
  var normEpsilon: Double
  var names = Names.clip

  /// What the tensors of a layer are called.
  struct Names: Sendable, Equatable {
    var norms: [String]
    var attention: TowerAttentionNames
    var feedForward: [String]

    /// CLIP's and SigLIP's.
    static let clip = Names(
      norms: ["layer_norm1", "layer_norm2"], attention: .clip, feedForward: ["fc1", "fc2"])
    /// Qwen3-VL's.
    static let qwen3VL = Names(
      norms: ["norm1", "norm2"], attention: .qwen, feedForward: ["linear_fc1", "linear_fc2"])
  }
}
