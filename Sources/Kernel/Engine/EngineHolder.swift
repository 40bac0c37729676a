internal import JSON
import JSONRPC
import KernelProtocol
import Synchronization
import Torch

/// Hands the engine to the one thread that may touch it.
///
/// `perform`, `performSlice` and `end` are called by the engine lane alone, whose thread is one;
/// `initialize` only leaves a note.
final class EngineHolder: @unchecked Sendable {
  private let engine: Engine
  private let shelves: IndexShelves
  private let status: StatusBoard
  private let pending = Mutex<[ClientID: (options: Initialize.Options, files: StartupFiles)]>([:])
  /// Clients that have left while jobs of theirs ran.
  private var departed: Set<ClientID> = []

  init(_ engine: Engine, shelves: IndexShelves, status: StatusBoard) {
    self.engine = engine
    self.shelves = shelves
    self.status = status
  }

  /// Runs one request on the engine's thread and publishes what it left.
  func perform<Result>(
    _ call: Call, _ answer: (Call, Engine) throws -> Result
  ) throws -> Result {
    turn(to: call.client)
    status.begin(call.method)
    defer { publish() }
    do { return try answer(call, engine) } catch let error as TorchError {
      if case .outOfMemory = error { engine.forgetRuns() }
      throw error
    }
  }

  /// Runs one step of a job that a client began on the engine's thread.
  func performSlice(for client: ClientID, _ body: (Engine) -> Void) {
    turn(to: client)
    status.begin("job")
    defer { publish() }
    body(engine)
  }

  /// Gives back what belongs to a client that has left.
  /// - Parameter isBusy: whether jobs that a client began still run.
  func end(_ client: ClientID, isBusy: (ClientID) -> Bool) {
    pending.withLock { $0[client] = nil }
    status.forget(client)
    departed.insert(client)
    for client in departed {
      let keepsDefaults = isBusy(client)
      engine.end(client, keepsDefaults: keepsDefaults)
      if !keepsDefaults { departed.remove(client) }
    }
    publish()
  }

  private func turn(to client: ClientID) {
    engine.serve(client)
    engine.current.host = status.host(of: client)
    if let asked = pending.withLock({ $0.removeValue(forKey: client) }) {
      engine.apply(asked.options, asked.files)
    }
  }

  private func publish() {
    engine.giveUpLostDevices()
    engine.spareWeights()
    status.finish(engine.status, contexts: engine.contextStatus)
  }

  /// Answers `initialize` at once; what its options name is loaded by the
  /// first request that needs it.
  func initialize(_ params: Initialize.Params, client: ClientID) throws -> Initialize.Result {
    if let options = params.initializationOptions {
      let files = try StartupFiles(options)
      pending.withLock { $0[client] = (options, files) }
      // At once: what reads indexes does not wait for the engine.
      if let index = options.index {
        shelves.shelf(of: client).setDefault(.init(path: index, autoencoder: nil))
      } else if options.model != nil {
        shelves.shelf(of: client).forgetInstalled()
      }
      if let limit = options.memoryLimit { status.setLimit(limit, for: client) }
    }
    return Initialize.Result(
      serverInfo: .init(name: "lucarne", version: KernelVersion.current),
      protocolVersion: KernelVersion.wire,
      capabilities: .init(
        modelProvider: true, contextProvider: .init(images: true, append: true),
        activationProvider: true, featureProvider: true,
        attributionProvider: .init(methods: AttributionCompute.Method.allCases),
        ablationProvider: true, steeringProvider: true, sessionProvider: true, jobProvider: true,
        workDoneProgress: true,
        partialResults: true),
      limits: .init(
        maxMessageBytes: FramingLimits().body,
        maxQueuedRequests: ConnectionLimits().queuedRequests, maxContexts: Engine.contextLimit,
        inlineNumbers: WireNumbers.inlineLimit, memoryBytes: status.limit(of: client)),
      remote: params.remote?.bounded)
  }
}
