import FeatureIndex
import Interpretation
import JSONRPC
import KernelProtocol

extension IndexOpen: EngineThenShelfAnswerable {
  /// The autoencoders that an index may belong to.
  struct Owners: Sendable {
    /// The one that was named.
    var wanted: (name: String, identity: IndexIdentity)?
    var known: [(name: String, identity: IndexIdentity)] = []
  }

  static func prepare(_ params: Params, engine: Engine, call: Call) throws -> Owners {
    _ = try FilePath(params.path)
    guard let name = params.sae else {
      return Owners(
        known: try engine.autoencoders.map { ($0.autoencoder.name, try engine.identity(of: $0)) })
    }
    return Owners(wanted: (name, try engine.identity(of: engine.autoencoder(named: name))))
  }

  static func answer(
    _ params: Params, _ owners: Owners, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try FeatureIndexStore.open(at: FilePath(params.path).path)
    if params.check == true, let failure = try store.integrityFailures().first {
      throw FeatureIndexError.invalid(path: store.path, reason: failure)
    }
    let owner: String?
    if let wanted = owners.wanted {
      guard store.identity == wanted.identity else {
        throw FeatureIndexError.stale(
          path: store.path, reason: wanted.identity.difference(from: store.identity))
      }
      owner = wanted.name
    } else {
      owner = owners.known.first { $0.identity == store.identity }?.name
    }
    return try shelf.add(store, autoencoder: owner).description()
  }
}
