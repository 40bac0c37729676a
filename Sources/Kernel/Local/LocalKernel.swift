package import FeatureIndex
import Indexing
import Interpretation
import JSON
import JSONRPC
import Jobs
package import KernelProtocol
import Models
import Tensors
import VisionWorkers
import World

/// An engine in this process, without a wire: what commands work with.
package final class LocalKernel {
  private let engine: Engine
  private let settings: JobSettings

  /// - Parameter commitEntries: the entries after which a build of an index commits at the latest.
  package init(_ options: KernelOptions, commitEntries: Int? = nil) {
    engine = Engine(options)
    settings = JobSettings(
      explainerKey: options.explainerKey,
      vision: options.vision.map { VisionWorker(command: $0) },
      installed: InstalledIndex(path: options.world?.index), readsStandardInput: true,
      commitEntries: commitEntries)
  }

  /// Does a job's work at once, without a job's files.
  ///
  /// - Parameters:
  ///   - report: how far it is, after every step.
  ///   - log: what a job's log would have.
  ///   - isStopped: asked before each step and within it.
  /// - Returns: the job's result; nil where it was stopped, with what it did written.
  /// - Throws: what would fail the job; `DomainError` where it would pause.
  package func run<Method: JobRequest, Outcome: Decodable>(
    _ method: Method.Type, _ params: Method.Params, report: (Job.Progress) -> Void,
    log: @escaping (String) -> Void, isStopped: @escaping @Sendable () -> Bool
  ) throws -> Outcome? {
    let work = try Method.kind(settings).work(JSONValue(encoding: params))
    let tools = JobTools(cancellation: Cancellation(isCancelled: isStopped), log: log)
    do {
      while true {
        try tools.cancellation.check()
        let outcome = try work.next(tools).run(with: engine)
        if let progress = work.progress { report(progress) }
        switch outcome {
        case .done(let result): return try result.decode(path: "result")
        case .pause(let reason):
          try? work.settling?.run(with: engine)
          throw DomainError(.ioError, reason)
        case .more: break
        case .waiting: Thread.sleep(milliseconds: 20)
        }
      }
    } catch is CancellationError {
      try work.settling?.run(with: engine)
      return nil
    }
  }

  // MARK: What was named at the start

  /// The name of the autoencoder that was named at the start, loaded with its model.
  package func autoencoderName() throws -> String { try loadedAutoencoder().autoencoder.name }

  /// What an index of that autoencoder is for.
  package func indexIdentity() throws -> IndexIdentity {
    let loaded = try loadedAutoencoder()
    return try IndexIdentity(
      model: engine.model(named: loaded.modelName).model, autoencoder: loaded.autoencoder)
  }

  private func loadedAutoencoder() throws -> ResidentAutoencoder {
    _ = try engine.model()
    guard let loaded = engine.autoencoders.last else {
      throw KernelError.saeNotLoaded(name: "", known: [])
    }
    return loaded
  }
}
