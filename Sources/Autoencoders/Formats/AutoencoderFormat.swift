/// Whose files an autoencoder was read from.
package enum AutoencoderFormat: String, Sendable, CaseIterable {
  /// EleutherAI's sparsify: `cfg.json`, `sae.safetensors`.
  case sparsify
  /// SAELens: `cfg.json`, `sae_weights.safetensors`.
  case saeLens = "saelens"
  /// Gemma Scope: `params.npz`.
  case gemmaScope = "gemma-scope"
  /// dictionary_learning: `config.json`, `ae.pt`.
  case dictionaryLearning = "dictionary_learning"

  /// The file of the weights in a folder.
  package var weightsName: String {
    switch self {
    case .sparsify: "sae.safetensors"
    case .saeLens: "sae_weights.safetensors"
    case .gemmaScope: "params.npz"
    case .dictionaryLearning: "ae.pt"
    }
  }

  package var configurationName: String? {
    switch self {
    case .sparsify, .saeLens: "cfg.json"
    case .gemmaScope: nil
    case .dictionaryLearning: "config.json"
    }
  }
}
