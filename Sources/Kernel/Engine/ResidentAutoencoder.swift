import Interpretation

/// A resident autoencoder and the model it was loaded for.
struct ResidentAutoencoder {
  let path: String
  let modelName: String
  let autoencoder: LoadedAutoencoder
}
