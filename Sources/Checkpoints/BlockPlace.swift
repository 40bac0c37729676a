/// A tensor `[T, …]` in a decoder block, by the name that the kernel has for it; in the order in
/// which a run meets them.
///
/// T tokens, D hidden size, H heads, d head size. Three of them are named for a module: two are
/// tensors of their own only where the family norms what the module gives, the third is always
/// another of these: see each.
package enum BlockPlace: String, Sendable, CaseIterable {
  /// What comes into the block, `[T, D]`: the embeddings, or the output of the block below.
  case residualPre = "resid_pre"
  /// What the heads read, each for itself, before they are projected to the stream: `[T, H·d]`.
  case attentionHeads = "attn_heads"
  /// The output of the attention module, `[T, D]`; what it adds unless the family norms it first.
  case attentionModule = "attn_module"
  /// What attention adds to the residual stream, `[T, D]`.
  case attentionOut = "attn_out"
  /// The residual stream between attention and feed-forward half, `[T, D]`.
  case residualMid = "resid_mid"
  /// The output of the module `post_attention_layernorm`: what the feed-forward half reads, or
  /// what attention adds where the family has a norm before and one behind each half.
  case postAttentionNorm = "post_attention_layernorm"
  /// The stream between the halves divided by its root mean square, without the norm's weight.
  case feedForwardNormed = "mlp_normed"
  /// What the feed-forward half reads, `[T, D]`: behind its norm.
  case feedForwardIn = "mlp_in"
  /// The output of the feed-forward module, `[T, D]`; what it adds unless the family norms it
  /// first.
  case feedForwardModule = "mlp_module"
  /// What the feed-forward half adds to the residual stream, `[T, D]`.
  case feedForwardOut = "mlp_out"
  /// The output of the block, `[T, D]`.
  case residualPost = "resid_post"

  /// Whether which tensor it is follows from the name alone.
  package var isOfOneMeaning: Bool {
    switch self {
    case .attentionModule, .postAttentionNorm, .feedForwardModule: false
    default: true
    }
  }

  /// Whether it may be a tensor of its own, on some family.
  package var isTensor: Bool { self != .postAttentionNorm }
}
