/// What counts as a constant on the way back from the logits.
///
/// The derivative itself hides how much a part contributes: a norm undoes a change of its input's
/// length, so that its gradient has no share along the input, and the shares x·g of a whole prompt
/// do not add up to the logit. The other rules differentiate a linear function that has the same
/// value at this input.
package enum PullbackRule: String, Sendable, Hashable, CaseIterable {
  /// The derivative.
  case derivative
  /// Each norm's scale is a constant: dx = w ⊙ dy · r.
  case heldNorms
  /// Norms' scales, attention weights and the gates' sigmoids are constants, and a gated product's
  /// gradient is halved to each factor. Every step keeps Σ x·dx = Σ y·dy, up to projections'
  /// biases, so that the shares of residual stream and biases add up to a logit. In the line of
  /// layer-wise relevance propagation for transformers (Achtibat et al. 2024, "AttnLRP", arXiv
  /// 2402.05602; Jafari et al. 2025, "RelP", arXiv 2508.21258).
  case conserving

  var holdsNormScales: Bool { self != .derivative }
  var holdsAttentionWeights: Bool { self == .conserving }
  var sharesGates: Bool { self == .conserving }
}
