/// Which latents are active, from their pre-activations p.
package enum LatentActivation: Sendable, Equatable {
  /// The k largest of a row's that are positive.
  case topK(Int)
  /// Every one that is positive.
  case relu
  /// Every one above its own threshold, `[M]`, and positive. An autoencoder trained by batch top-k
  /// is one of these when it is used.
  case jumpReLU(thresholds: [Float])

  /// The name on the wire.
  package var name: String {
    switch self {
    case .topK: "topk"
    case .relu: "relu"
    case .jumpReLU: "jumprelu"
    }
  }

  /// What a latent's pre-activation has to exceed where each is judged by itself; nil for top-k.
  func thresholds(latentCount: Int) -> [Float]? {
    switch self {
    case .topK: nil
    case .relu: Array(repeating: 0, count: latentCount)
    case .jumpReLU(let thresholds): thresholds.map { max(0, $0) }
    }
  }
}
