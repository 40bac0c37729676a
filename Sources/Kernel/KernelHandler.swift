package import JSON
package import JSONRPC
import KernelProtocol
import Synchronization

/// Answers a connection's requests: one row of `answers` a method, errors made the wire's in one place.
package final class KernelHandler: RequestHandler {
  private let engine: EngineHolder
  private let status: StatusBoard

  package init(_ options: KernelOptions) {
    status = StatusBoard(limit: options.memoryLimit)
    engine = EngineHolder(Engine(options), status: status)
  }

  package func lane(of method: String) -> Lane? {
    answers[method]?.lane
  }

  package func answer(_ call: Call) throws -> JSONValue {
    do {
      switch answers[call.method] {
      case .immediate(let answer): return try answer(call, engine)
      case .control(let answer): return try answer(call, status)
      case .engine(let answer): return try engine.perform(call, answer)
      case nil: throw ResponseFailure.methodNotFound(call.method)
      }
    } catch let error where !(error is WireError || error is CancellationError) {
      throw domainFailure(error) ?? error
    }
  }

  /// How many engine requests wait; the connection counts them.
  package func countWaiting(with count: @escaping @Sendable () -> Int) {
    status.countWaiting(with: count)
  }
}

/// Where a method runs and what answers it.
enum Answer: Sendable {
  case immediate(@Sendable (Call, EngineHolder) throws -> JSONValue)
  case control(@Sendable (Call, StatusBoard) throws -> JSONValue)
  case engine(@Sendable (Call, Engine) throws -> JSONValue)

  var lane: Lane {
    switch self {
    case .immediate: .immediate
    case .control: .control
    case .engine: .engine
    }
  }
}

/// A request that the engine's thread answers.
protocol EngineAnswerable: Request {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result
}

/// Every method of the kernel but those of the base protocol. A test holds this equal to
/// `KernelProtocol.allRequests`, and so to protocol/openrpc.json.
let answers: [String: Answer] = {
  let engine: [any EngineAnswerable.Type] = [
    ModelLoad.self, SAELoad.self,
    ContextOpen.self, ContextTokens.self, ContextLogits.self, ContextGenerate.self,
    ContextClose.self,
    ActivationRead.self, FeatureActivations.self, FeatureInfo.self,
    AttributionCompute.self, AblationRun.self, SteeringGenerate.self,
  ]
  var table = Dictionary(uniqueKeysWithValues: engine.map { ($0.method, row($0)) })
  table[Initialize.method] = .immediate { call, engine in
    try JSONValue(encoding: engine.initialize(call.decodeParams()))
  }
  table[KernelStatus.method] = .control { _, status in try JSONValue(encoding: status.current) }
  table[Discover.method] = .control { _, _ in try JSONValue(parsing: Array(openRPCDocument.utf8)) }
  return table
}()

private func row<R: EngineAnswerable>(_ request: R.Type) -> Answer {
  .engine { call, engine in
    try JSONValue(encoding: R.answer(call.decodeParams(), engine: engine, call: call))
  }
}
