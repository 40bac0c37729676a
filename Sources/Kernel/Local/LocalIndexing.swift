package import FeatureIndex
package import Indexing
import Interpretation
import JSONRPC
package import KernelProtocol
import Tensors

/// Builds and merges indexes in this process, by the work that jobs do.
package final class LocalIndexing {
  private let engine: Engine

  package init(_ options: KernelOptions) {
    engine = Engine(options)
  }

  /// What an index of the model and the autoencoder that were loaded at the start is for.
  package func identity() throws -> IndexIdentity {
    _ = try engine.model()
    guard let loaded = engine.autoencoders.last else {
      throw KernelError.saeNotLoaded(name: "", known: [])
    }
    return try IndexIdentity(
      model: engine.model(named: loaded.modelName).model, feature: loaded.feature)
  }

  /// - Parameters:
  ///   - params: an empty `sae` means the one that was loaded at the start.
  ///   - commitEntries: the entries after which a commit is made at the latest.
  ///   - report: how far it is, after every step.
  ///   - isStopped: asked before each step and each block of the model.
  /// - Returns: nil where it was stopped; the index holds what was done and can be gone on with.
  package func build(
    _ params: IndexBuild.Params, commitEntries: Int, report: (IndexProgress) -> Void,
    isStopped: @escaping @Sendable () -> Bool
  ) throws -> IndexBuild.Built? {
    var params = params
    _ = try engine.model()
    if params.sae.isEmpty {
      guard let loaded = engine.autoencoders.last else {
        throw KernelError.saeNotLoaded(name: "", known: [])
      }
      params.sae = loaded.feature.name
    }
    let work = try IndexBuildWork(params, standardInput: true, commitEntries: commitEntries)
    let cancellation = Cancellation(isCancelled: isStopped)
    do {
      while true {
        try cancellation.check()
        let step = try work.step(engine: engine, cancellation: cancellation)
        if let progress = work.progress { report(progress) }
        if case .done(let built) = step { return built }
        if case .waiting = step { Thread.sleep(milliseconds: 20) }
      }
    } catch is CancellationError {
      try work.settle()
      return nil
    }
  }
}
