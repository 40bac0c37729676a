internal import JSON
import JSONRPC
import KernelProtocol
import Synchronization

/// Hands the engine to the one thread that may touch it.
///
/// `perform` is called by the engine lane alone, whose thread is one; `initialize` only leaves a note.
final class EngineHolder: @unchecked Sendable {
  private let engine: Engine
  private let status: StatusBoard
  private let pending = Mutex<Initialize.Options?>(nil)

  init(_ engine: Engine, status: StatusBoard) {
    self.engine = engine
    self.status = status
  }

  /// Runs one request on the engine's thread and publishes what it left.
  func perform(
    _ call: Call, _ answer: (Call, Engine) throws -> JSONValue
  ) throws -> JSONValue {
    takeOptions()
    status.begin(call.method)
    defer { status.finish(engine.status) }
    return try answer(call, engine)
  }

  /// Runs one step of a job on the engine's thread.
  func performSlice(_ body: (Engine) -> Void) {
    takeOptions()
    status.begin("job")
    defer { status.finish(engine.status) }
    body(engine)
  }

  private func takeOptions() {
    if let options = pending.withLock({ options in
      defer { options = nil }
      return options
    }) {
      engine.apply(options)
    }
  }

  /// Answers `initialize` at once; what its options name is loaded by the first request that needs it.
  func initialize(_ params: Initialize.Params) -> Initialize.Result {
    if let options = params.initializationOptions {
      pending.withLock { $0 = options }
      if let limit = options.memoryLimit { status.setLimit(limit) }
    }
    return Initialize.Result(
      serverInfo: .init(name: "lucarne", version: KernelVersion.current),
      protocolVersion: "1.0",
      capabilities: .init(
        modelProvider: true, contextProvider: .init(images: true, append: true),
        activationProvider: true, featureProvider: true,
        attributionProvider: .init(methods: [.gradient, .integratedGradients, .ablation]),
        ablationProvider: true, steeringProvider: true, jobProvider: true, workDoneProgress: true,
        partialResults: true),
      limits: .init(
        maxMessageBytes: FramingLimits().body,
        maxQueuedRequests: ConnectionLimits().queuedRequests, maxContexts: Engine.contextLimit,
        inlineNumbers: WireNumbers.inlineLimit, memoryBytes: status.current.memory.limit))
  }
}
