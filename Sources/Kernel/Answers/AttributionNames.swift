import Interpretation
import KernelProtocol

/// What an attribution's autoencoders are called in its answer.
struct AttributionNames {
  private let names: [String]
  /// Where the request names several, all of them: its answer says of everything whose it is.
  let several: [String]?

  init(_ params: AttributionCompute.Params, _ autoencoders: [LoadedAutoencoder]) {
    names = autoencoders.map(\.name)
    several = params.saes == nil ? nil : names
  }

  func feature(_ latent: Int?, of number: Int) -> FeatureRef? {
    latent.map { FeatureRef(sae: names[number], index: $0) }
  }

  /// Whose features a sum is of, where no feature tells it.
  func owner(of latent: Int?, _ number: Int) -> String? {
    latent == nil ? several?[number] : nil
  }
}
