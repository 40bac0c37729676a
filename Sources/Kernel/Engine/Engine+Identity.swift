import FeatureIndex
import Indexing
import Interpretation

extension Engine {
  /// What an index must have been built for to belong to an autoencoder.
  func identity(of resident: ResidentAutoencoder) throws -> IndexIdentity {
    let name = resident.autoencoder.name
    if let known = identities[name] { return known }
    let identity = try IndexIdentity(
      model: model(named: resident.modelName).model, autoencoder: resident.autoencoder)
    identities[name] = identity
    return identity
  }
}
