package import Tensors

/// What a pullback finds at a point of the residual stream.
package struct StreamGradient: Sendable {
  /// The gradient there, `[t, D]`.
  package var gradient: Matrix
  /// Σ bias · gradient over the biases of all projections above the point, and over what is added
  /// between blocks there.
  package let biasShare: Double

  package init(gradient: Matrix, biasShare: Double) {
    self.gradient = gradient
    self.biasShare = biasShare
  }
}
