import Tensors

/// Which latents are active, from their pre-activations p.
package enum LatentActivation: Sendable, Equatable {
  /// The k largest of a row's that are positive.
  case topK(Int)
  /// The k largest of a row's, those below zero with their sign.
  case signedTopK(Int)
  /// The k of the largest magnitude of a row's, with their sign.
  case absoluteTopK(Int)
  /// Every one that is positive.
  case relu
  /// Every one above its own threshold, `[M]`, and positive. An autoencoder trained by batch top-k
  /// is one of these when it is used.
  case jumpReLU(thresholds: [Float])

  /// The name on the wire.
  package var name: String {
    switch self {
    case .topK: "topk"
    case .signedTopK: "signed-topk"
    case .absoluteTopK: "abs-topk"
    case .relu: "relu"
    case .jumpReLU: "jumprelu"
    }
  }

  /// The number of latents that may be active at a token; nil where each is judged by itself.
  package var k: Int? {
    switch self {
    case .topK(let k), .signedTopK(let k), .absoluteTopK(let k): k
    case .relu, .jumpReLU: nil
    }
  }

  /// Whether an active latent's value may be below zero.
  package var isSigned: Bool {
    switch self {
    case .signedTopK, .absoluteTopK: true
    case .topK, .relu, .jumpReLU: false
    }
  }

  /// Which of a row's may be among its k largest.
  var kept: KeptActivations {
    switch self {
    case .signedTopK: .any
    case .absoluteTopK: .magnitudes
    case .topK, .relu, .jumpReLU: .positive
    }
  }

  /// What a latent's pre-activation has to exceed where each is judged by itself; nil for top-k.
  func thresholds(latentCount: Int) -> [Float]? {
    switch self {
    case .topK, .signedTopK, .absoluteTopK: nil
    case .relu: Array(repeating: 0, count: latentCount)
    case .jumpReLU(let thresholds): thresholds.map { max(0, $0) }
    }
  }
}
