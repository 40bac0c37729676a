/// What an autoencoder's files leave open, and what was asked for. A format refuses an option that
/// it has no use for, and one that its files contradict.
package struct AutoencoderOptions: Sendable, Equatable {
  /// An option, by its name on the wire.
  package enum Name: String, Sendable, CaseIterable {
    case k, inputScale, activation
  }

  /// Which latents are active.
  package enum Activation: String, Sendable {
    /// The k largest, those below zero left out.
    case topK = "topk"
    /// The k largest, those below zero with their sign.
    case signedTopK = "signed-topk"
    /// Every one above zero.
    case relu
    /// Every one above the threshold of the file.
    case jumpReLU = "jumprelu"
  }

  /// The number of latents that are active at a token.
  package let k: Int?
  /// What activations are multiplied by before they are encoded; reconstructions are divided by it.
  package let inputScale: Float?
  package let activation: Activation?

  package init(k: Int? = nil, inputScale: Float? = nil, activation: Activation? = nil) {
    self.k = k
    self.inputScale = inputScale
    self.activation = activation
  }

  /// Those that were given.
  var given: [Name] {
    [(Name.k, k != nil), (.inputScale, inputScale != nil), (.activation, activation != nil)]
      .filter(\.1).map(\.0)
  }

  /// The values, where they make sense whatever the format.
  func check() throws(AutoencoderError) {
    if let k, k < 1 { throw .value(what: "k", found: "\(k)", expected: "at least 1") }
    if let inputScale, !(inputScale.isFinite && inputScale > 0) {
      throw .value(what: "inputScale", found: "\(inputScale)", expected: "a number above zero")
    }
  }
}
