import Interpretation
import JSONRPC
import KernelProtocol

extension Engine {
  /// The autoencoders that a request asks about together: one by `sae`, several by `saes`.
  ///
  /// - Throws: `WireError` unless it names one or several, and what one of them is refused for.
  func autoencoders(
    sae: String?, saes: [String]?, for context: OpenContext
  ) throws -> [LoadedAutoencoder] {
    switch (sae, saes) {
    case (let name?, nil): return [try autoencoder(named: name, for: context)]
    case (nil, let names?): return try names.map { try autoencoder(named: $0, for: context) }
    case (nil, nil): throw WireError.missing(path: "params.sae")
    case (_?, _?):
      throw WireError.mismatch(
        path: "params.saes", expected: "absent where sae is given", found: "both")
    }
  }

  /// The changes of the autoencoder that a request is about and of those that its interventions
  /// name beside it, in the order in which they are named.
  ///
  /// - Parameter first: changes of that one, a recipe's, which come before those given.
  func changes(
    of autoencoder: LoadedAutoencoder, after first: [Interpretation.Intervention] = [],
    _ interventions: [KernelProtocol.Intervention], on context: OpenContext
  ) throws -> [FeatureChanges] {
    var named = [autoencoder]
    for name in interventions.map(\.feature.sae)
    where !named.contains(where: { $0.name == name }) {
      named.append(try self.autoencoder(named: name, for: context))
    }
    return try named.enumerated().map { number, autoencoder in
      let own = try interventions.filter { $0.feature.sae == autoencoder.name }
        .map { try context.intervention($0, autoencoder: autoencoder) }
      return FeatureChanges(of: autoencoder, (number == 0 ? first : []) + own)
    }
  }
}

extension SpliceReceipt {
  /// One an autoencoder; nil where there is one alone.
  static func all(
    _ receipts: [InterventionReceipt], of chain: SpliceChain
  ) -> [SpliceReceipt]? {
    guard receipts.count > 1 else { return nil }
    return zip(chain.changes, receipts).map { changes, receipt in
      SpliceReceipt(
        sae: changes.autoencoder.name, steps: receipt.passes, positions: receipt.positions,
        meanNorm: receipt.meanNorm, dropped: receipt.dropped)
    }
  }
}
