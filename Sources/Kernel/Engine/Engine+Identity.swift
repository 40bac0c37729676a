import FeatureIndex
import Indexing
import Interpretation
import Models

extension Engine {
  /// SHA-256 that stands for a model's content, in hexadecimal, as an index's identity has it.
  func digest(of model: LoadedModel) throws -> String {
    if let known = modelDigests[model.name] { return known }
    let digest = try SHA256.digest(of: model.model.contentSample()).hexadecimal
    modelDigests[model.name] = digest
    return digest
  }

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
