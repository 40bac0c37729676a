/// What a question about a context can get wrong; each case names the thing, the
/// value and the expectation.
package enum InterpretationError: Error, Sendable, Equatable {
  /// A position outside the expanded sequence.
  case positionOutOfRange(position: Int, tokenCount: Int)
  /// A latent the autoencoder does not have.
  case featureOutOfRange(index: Int, latentCount: Int)
  /// A token id outside the vocabulary.
  case tokenOutOfRange(token: Int, vocabularySize: Int)
  /// A region that names a part or picture the context does not have, or that covers no token.
  case badRegion(String)
  /// A picture of which an autoencoder of the vision tower has no rows.
  case pictureWithoutRows(String)
  /// A target that cannot be evaluated.
  case unsupportedTarget(String)
  /// An intervention or option outside its domain.
  case badValue(String)
  /// A value that became infinite or not a number, and where.
  case nonFinite(String)
}

extension InterpretationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .positionOutOfRange(let position, let tokenCount):
      "position \(position) is outside the context: expected -\(tokenCount) … \(tokenCount - 1)"
    case .featureOutOfRange(let index, let latentCount):
      "feature \(index) does not exist: the autoencoder has latents 0 … \(latentCount - 1)"
    case .tokenOutOfRange(let token, let vocabularySize):
      "token \(token) does not exist: the vocabulary has ids 0 … \(vocabularySize - 1)"
    case .badRegion(let message), .pictureWithoutRows(let message),
      .unsupportedTarget(let message), .badValue(let message):
      message
    case .nonFinite(let place):
      "\(place) is not finite: the weights or an intervention's value are too large"
    }
  }
}
