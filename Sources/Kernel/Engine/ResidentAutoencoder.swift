import Autoencoders
import Interpretation

/// A resident autoencoder and the model it was loaded for.
struct ResidentAutoencoder {
  let path: String
  let modelName: String
  let autoencoder: LoadedAutoencoder
  /// What was asked for beside its files.
  var options = AutoencoderOptions()
}
