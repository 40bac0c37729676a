package import Tensors

/// The sizes and variants of a projector.
package struct ProjectorRecipe: Sendable, Equatable {
  /// Width of the tower's features, those of several layers side by side.
  package var inputSize: Int
  /// D, the decoder's.
  package var outputSize: Int
  package var activation: Activation
  package var hasBias: Bool
}
