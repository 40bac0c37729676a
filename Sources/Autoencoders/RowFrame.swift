/// How a row of activations was brought to the scale that an autoencoder was trained on, to undo
/// it in what is decoded: x̂ = scale · (z·W_dec + b_dec) + offset.
package struct RowFrame: Sendable, Equatable {
  package let scale: Float
  package let offset: Float

  package init(scale: Float, offset: Float = 0) {
    self.scale = scale
    self.offset = offset
  }
}
