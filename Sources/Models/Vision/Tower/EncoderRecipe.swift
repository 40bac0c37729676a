import Tensors

/// The sizes and variants of a vision tower's layers.
struct EncoderRecipe: Sendable, Equatable {
  var hiddenSize: Int  // h
  var intermediateSize: Int  // F
  var headCount: Int
  var activation: Activation
  var normEpsilon: Double

  var headSize: Int { hiddenSize / headCount }
}
