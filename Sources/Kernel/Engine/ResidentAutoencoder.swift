import Autoencoders
import Interpretation

/// A resident autoencoder and the model it was loaded for.
struct ResidentAutoencoder {
  let path: String
  let modelName: String
  let autoencoder: LoadedAutoencoder
  /// What was asked for beside its files.
  var options = AutoencoderOptions()

  /// The same with products of this process's own.
  func onProcessor() -> ResidentAutoencoder {
    guard let weights = try? autoencoder.weights.with(latents: nil) else { return self }
    return ResidentAutoencoder(
      path: path, modelName: modelName,
      autoencoder: LoadedAutoencoder(
        name: autoencoder.name, weights: weights, site: autoencoder.site),
      options: options)
  }
}
