import Autoencoders
package import Models
package import Tensors

/// What can be said of a feature from the weights alone.
package struct FeatureInformation: Sendable {
  package struct TokenEffect: Sendable, Equatable {
    package let token: Int
    /// W_U · (γ ⊙ W_dec[j]), of the row as the stream gains it: the direct effect on the token's
    /// logit, before the final norm's scale.
    package let effect: Float
  }
  package struct Neighbour: Sendable, Equatable {
    package let latent: Int
    /// Cosine of the two decoder rows.
    package let cosine: Float
  }
  /// ‖W_dec[j]‖₂.
  package let decoderNorm: Float
  package let encoderBias: Float
  /// None of a feature of the vision tower, whose direction reaches no logit by itself.
  package let promoted: [TokenEffect]
  package let suppressed: [TokenEffect]
  package let neighbours: [Neighbour]
}

extension LoadedAutoencoder {
  /// The decoder row's direct effect on the vocabulary and its nearest rows.
  package func information(
    ofLatent latent: Int, decoder: Decoder, count: Int, cancellation: Cancellation
  ) throws -> FeatureInformation {
    try check(latent: latent)
    let row = try weights.decoderRows([latent])
    let effects =
      site.towerLayer == nil
      ? try decoder.directEffect(decoder.streamDirections(of: row, at: site.output)).row(0) : []
    let last = effects.count - 1
    // The smallest, equal ones by falling place: the other end of the order of `promoted`.
    let suppressed = DescendingPlaces(effects.reversed().map { -$0 }).prefix(count).map {
      last - $0
    }
    let neighbours = try weights.neighbours(
      of: latent, count: count, cancellation: cancellation)
    return FeatureInformation(
      decoderNorm: Float(row.rowDots(row)[0].squareRoot()),
      encoderBias: weights.encoderBias[latent],
      promoted: DescendingPlaces(effects).prefix(count)
        .map { .init(token: $0, effect: effects[$0]) },
      suppressed: suppressed.map { .init(token: $0, effect: effects[$0]) },
      neighbours: neighbours.map { .init(latent: $0.latent, cosine: $0.cosine) })
  }
}
